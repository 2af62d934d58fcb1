/**
 * What the compiler knows: `tsc` fails when a line below that must not compile does, or the other way round.
 */
import { expect, it } from "@effect/vitest"
import type { Asset, Manifest, WebhookName } from "@espalier/schema"
import { Effect, type Layer } from "effect"
import {
  type BackendError,
  type InvalidBackendOptions,
  ManagementBackend,
  type WebhookCalls,
} from "../../src/Backend/index.ts"
import { scope } from "./OddBackend.ts"

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(verdict: Same<A, B>) => expect(verdict).toBe(true)

it("every webhook of the table is a method, and nothing else is", () => {
  same<keyof WebhookCalls, WebhookName>(true)
})

it("a method answers what the table says, or a BackendError", () => {
  same<ReturnType<WebhookCalls["checkin"]>, Effect.Effect<Manifest, BackendError>>(true)
  same<ReturnType<WebhookCalls["asset"]>, Effect.Effect<Asset | null, BackendError>>(true)
  same<ReturnType<WebhookCalls["event"]>, Effect.Effect<void, BackendError>>(true)
})

it("a layer needs nothing and may refuse its options", () => {
  same<ReturnType<typeof ManagementBackend.layer>, Layer.Layer<ManagementBackend, InvalidBackendOptions>>(true)
})

it("a wrong request does not compile", () => {
  const wrong = (calls: WebhookCalls) => [
    // @ts-expect-error a check-in has a scope
    calls.checkin({}),
    // @ts-expect-error a user's scope names the user
    calls.checkin({ scope: { ...scope, _tag: "user" } }),
    // @ts-expect-error no such event
    calls.event({ scope, event: { _tag: "Exploded" } }),
    // @ts-expect-error no such kind of declaration
    calls.declaration({ scope, type: "configurations", identifier: "a" }),
    // @ts-expect-error an asset's identifier is text
    calls.asset({ identifier: 1 }),
    // @ts-expect-error no such webhook
    calls.reboot({ scope }),
  ]
  expect(wrong).toBeTypeOf("function")
})

it("every failure has to be handled", () => {
  const handled = Effect.gen(function* () {
    const backend = yield* ManagementBackend
    return yield* backend.checkin({ scope })
  }).pipe(
    Effect.catchTags({
      BackendUnavailable: ({ retryAfter }) => Effect.succeed(retryAfter ?? 0),
      InternalServerError: () => Effect.succeed(1),
      ManagementNotSupported: () => Effect.succeed(2),
      ServerInitiatedUnenrollment: () => Effect.succeed(3),
      UnknownDevice: () => Effect.succeed(4),
    }),
  )
  same<Effect.Error<typeof handled>, never>(true)
})
