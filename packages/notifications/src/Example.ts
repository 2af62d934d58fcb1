/**
 * An example of each event, as the schema's annotations have it: what a test sends and a catalogue shows.
 */
import { type NotificationEvent, notificationEvents, type SubscriptionName } from "@espalier/schema"
import { Schema } from "effect"

const exampleIn = <S extends Schema.Constraint>(schema: S): S["Type"] => {
  const [example] = Schema.resolveAnnotations(schema)?.examples ?? []
  if (example === undefined) throw new Error("every event has an example")
  return example
}

/**
 * The example of one event. A test keeps each of them there.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = (name: SubscriptionName): NotificationEvent => exampleIn(notificationEvents[name])
