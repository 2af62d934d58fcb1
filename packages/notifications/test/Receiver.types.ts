/**
 * What must not compile. Checked by the compiler at the root; nothing here runs.
 */
import type { NotificationEvent } from "@espalier/schema"
import type { Secret } from "@espalier/signing"
import { Context, Effect, type Layer } from "effect"
import type { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Receiver } from "../src/Receiver/index.ts"

/** Hands a value on, so that an annotation is all a case needs. */
declare const is: <A>(value: A) => void
class Database extends Context.Service<Database, { readonly name: string }>()("test/Database") {}
class Mail extends Context.Service<Mail, { readonly name: string }>()("test/Mail") {}

const secrets = ["whsec_"]
const heard = async () => {}
const noted = () => Effect.void

Receiver.fetchHandler({
  secrets,
  on: {
    enrollment_token_created: (event) => is<string>(event.enrollmentToken.type),
    device_enrolled: async (event, { id, timestamp }) => is<[string, string, number]>([event.action, id, timestamp]),
    device_added_mdm_user: (event) => is<string>(event.trigger),
    apple_push_certification_renovation: (event) => is<string>(event.numDays),
    inventory_item: (event) => is<string>(event.subAction),
  },
})
Receiver.fetchHandler({ secrets, on: { otherwise: (event) => is<NotificationEvent>(event) } })
Receiver.fetchHandler({ secrets, on: { device_enrolled: heard, otherwise: heard } })
// @ts-expect-error: four are forgotten
Receiver.fetchHandler({ secrets, on: { device_enrolled: heard } })
Receiver.fetchHandler({
  secrets,
  // @ts-expect-error: inventory_item is forgotten
  on: {
    enrollment_token_created: heard,
    device_enrolled: heard,
    device_added_mdm_user: heard,
    apple_push_certification_renovation: heard,
  },
})
// @ts-expect-error: there is no such event
Receiver.fetchHandler({ secrets, on: { device_teleported: heard, otherwise: heard } })
// @ts-expect-error: another event's member
Receiver.fetchHandler({ secrets, on: { device_enrolled: (event) => is(event.numDays), otherwise: heard } })

const all = {
  enrollment_token_created: noted,
  device_enrolled: () => Effect.asVoid(Database),
  device_added_mdm_user: () => Effect.fail("a failure of any type"),
  apple_push_certification_renovation: () => Effect.asVoid(Mail),
  inventory_item: noted,
}
is<
  Effect.Effect<
    Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest | Database | Mail>,
    Secret.SecretError
  >
>(Receiver.handler({ secrets, on: all }))
is<
  Layer.Layer<
    never,
    Secret.SecretError,
    HttpRouter.HttpRouter | HttpRouter.Request<"Requires", Database> | HttpRouter.Request<"Requires", Mail>
  >
>(Receiver.layer("/hook", { secrets, on: all }))
Receiver.handler({ secrets, on: { otherwise: (event) => Effect.log(event.action) } })
const { inventory_item: _, ...four } = all
// @ts-expect-error: inventory_item is forgotten
Receiver.handler({ secrets, on: four })
const answer = Receiver.handler({ secrets, on: all })
// @ts-expect-error: the database is not the endpoint's to find
is<Effect.Effect<Effect.Effect<unknown, never, HttpServerRequest.HttpServerRequest>, unknown>>(answer)
// @ts-expect-error: no effect at all
Receiver.handler({ secrets, on: { otherwise: () => "done" } })
