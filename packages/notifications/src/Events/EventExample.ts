/**
 * An example of each event, from the schema's annotations: the body of a test event and the example in the catalogue.
 */
import { type NotificationEvent, notificationEvents, type SubscriptionName } from "@espalier/schema"
import { Schema } from "effect"

const exampleIn = <S extends Schema.Constraint>(schema: S): S["Type"] => {
  const [example] = Schema.resolveAnnotations(schema)?.examples ?? []
  if (example === undefined) throw new Error("every event has an example")
  return example
}

/**
 * The example of an event. A test checks that each event has one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = (name: SubscriptionName): NotificationEvent => exampleIn(notificationEvents[name])
