/**
 * The `HttpApi` has the type of each webhook. Checked by the compiler at the root; nothing here runs.
 */
import { Idle, ManagementApi, type Manifest, type Scope, UnknownDevice, type WebhookError } from "@espalier/schema"
import { Effect } from "effect"
import { HttpApiBuilder, HttpApiClient } from "effect/http-api"

/** Passes a value on, so that an annotation is all a case needs. */
declare const is: <A>(value: A) => void
declare const scope: Scope

// A client.
export const called = Effect.gen(function* () {
  const client = yield* HttpApiClient.make(ManagementApi)

  is<Manifest>(yield* client.checkin({ payload: { scope } }))
  is<string>((yield* client.declarationTokens({ payload: { scope } })).assetsToken)
  is<void>(yield* client.event({ payload: { scope, event: { _tag: "CheckOut" } } }))
  is<string | null>((yield* client.bootstrapToken({ payload: { scope } })).bootstrapToken)
  is<boolean>((yield* client.returnToService({ payload: { scope } })).enabled)
  is<"Allow" | "Deny">((yield* client.adopt({ payload: { scope, messageType: "TokenUpdate" } }))._tag)

  // @ts-expect-error: a check-in has a scope
  yield* client.checkin({ payload: {} })
  // @ts-expect-error: the body of another webhook
  yield* client.asset({ payload: { scope } })
  // @ts-expect-error: the answer of another webhook
  is<Manifest>(yield* client.declarationItems({ payload: { scope } }))
  // @ts-expect-error: an unknown webhook
  yield* client.wipe({ payload: { scope } })
})

// Its errors are those of the protocol, and the transport's.
export const errors = Effect.gen(function* () {
  const client = yield* HttpApiClient.make(ManagementApi)
  const error = yield* Effect.flip(client.checkin({ payload: { scope } }))
  if (error._tag === "ServerInitiatedUnenrollment") is<boolean | undefined>(error.legacy)
  // @ts-expect-error: not only the protocol's
  is<WebhookError>(error)
})

// A server.
const nothing = () => Effect.fail(new UnknownDevice({}))
HttpApiBuilder.group(ManagementApi, "webhook", (handlers) =>
  handlers
    .handle("checkin", ({ payload }) => Effect.as(Effect.log(payload.scope.udid), Idle.make({})))
    // @ts-expect-error: the answer of another webhook
    .handle("declarationItems", () => Effect.succeed(Idle.make({})))
    // @ts-expect-error: an error that the protocol does not have
    .handle("declaration", () => Effect.fail("other"))
    // @ts-expect-error: an asset request has no scope
    .handle("asset", ({ payload }) => Effect.as(Effect.log(payload.scope), null))
    .handle("event", nothing)
    .handle("declarationTokens", nothing)
    .handle("bootstrapToken", nothing)
    .handle("userAuthenticate", nothing)
    .handle("token", nothing)
    .handle("enroll", nothing)
    .handle("returnToService", nothing)
    .handle("adopt", nothing),
)
