/**
 * The services: what they require, and how a backend of plain functions provides them.
 */
import { describe, expect, it } from "@effect/vitest"
import { Idle, webhooks } from "@espalier/schema"
import { Context, Effect, Layer } from "effect"
import { CheckInHandler, CurrentCall, Handler, type WebhookCall, WebhookVerifier } from "../src/index.ts"
import { backendOf, call, deviceScope, fetchHandler, listening, mounts, pathOf, post } from "./Backend.ts"

const checkin = { scope: deviceScope }

const examplesOf = (schema: { readonly ast: { readonly annotations?: unknown } }) =>
  Object(schema.ast.annotations)["examples"]

const nothing = () => Effect.void
const events = {
  Authenticate: nothing,
  TokenUpdate: nothing,
  CheckOut: nothing,
  CommandResult: nothing,
  DeclarationStatus: nothing,
  IdentityExpiring: nothing,
}
const others = {
  asset: Handler.notSupported,
  ...Handler.declarativeManagementNotSupported,
  ...Handler.optionalNotSupported,
}
const unsigned = Layer.succeed(WebhookVerifier, () => Effect.void)

class Owner extends Context.Service<Owner, { readonly name: string }>()("test/Owner") {}

describe("services", () => {
  it.live("a handler uses the services of its layer", () =>
    Effect.gen(function* () {
      const handler = CheckInHandler.layer(() =>
        Effect.map(Owner, ({ name }) => ({ _tag: "DdmSync", serverToken: name })),
      )
      const backend = Layer.merge(backendOf({}), handler.pipe(Layer.provide(Layer.succeed(Owner, { name: "own" }))))
      const { fetch } = yield* Effect.provideService(listening(backend), Owner, { name: "other" })
      expect((yield* call(fetch, "checkin", checkin)).text).toContain("own")
    }),
  )
})

describe("CurrentCall", () => {
  const recording = (received: Array<WebhookCall>) =>
    backendOf({
      checkin: () =>
        Effect.flatMap(CurrentCall, (call) =>
          Effect.as(
            Effect.sync(() => received.push(call)),
            idle,
          ),
        ),
    })
  const idle: Idle = Idle.make({})

  it.live.each(mounts)("is the request behind the call, in a function of %s", ([, mount]) =>
    Effect.gen(function* () {
      const received: Array<WebhookCall> = []
      const { fetch } = yield* mount(recording(received))
      const headers = { "webhook-id": "msg_1", "webhook-timestamp": "1764082800", "X-Tenant": "a" }
      yield* Effect.promise(() => fetch(`${pathOf("checkin")}?x=1`, post(checkin, headers)))
      yield* Effect.promise(() => fetch(pathOf("checkin"), post(checkin)))
      expect(received).toMatchObject([
        { id: "msg_1", timestamp: 1_764_082_800, path: pathOf("checkin"), headers: { "x-tenant": "a" } },
        { path: pathOf("checkin") },
      ])
      expect(Object.keys(received[1] ?? {})).toEqual(["headers", "path"])
    }),
  )
})

describe("Handler.layer", () => {
  it.live("calls the function of the event's tag, with the event and the scope", () =>
    Effect.gen(function* () {
      const received: Array<unknown> = []
      const record = (...args: ReadonlyArray<unknown>) => Effect.sync(() => void received.push(args))
      const backend = Handler.layer({
        event: {
          Authenticate: (event, scope) => record("Authenticate", event, scope),
          TokenUpdate: (event, scope) => record("TokenUpdate", event, scope),
          CheckOut: (event, scope) => record("CheckOut", event, scope),
          CommandResult: (event, scope) => record("CommandResult", event, scope),
          DeclarationStatus: (event, scope) => record("DeclarationStatus", event, scope),
          IdentityExpiring: (event, scope) => record("IdentityExpiring", event, scope),
        },
        checkin: () => Effect.succeed(Idle.make({})),
        ...others,
      })
      const { fetch } = yield* fetchHandler(Layer.merge(backend, unsigned))
      const examples = webhooks.event.request.fields.event.members.map((member) => examplesOf(member)[0])
      expect(examples.length).toBe(6)
      for (const event of examples)
        expect((yield* call(fetch, "event", { scope: deviceScope, event })).status).toBe(204)
      expect(received).toEqual(examples.map((event) => [event._tag, event, deviceScope]))
    }),
  )

  it.live("answers with the functions' results, and 501 where a webhook is not supported", () =>
    Effect.gen(function* () {
      const backend = Handler.layer({
        event: events,
        checkin: ({ scope }) =>
          Effect.map(Owner, ({ name }) => ({ _tag: "DdmSync", serverToken: `${name} ${scope.udid}` })),
        ...others,
      }).pipe(Layer.provide(Layer.succeed(Owner, { name: "own" })))
      const { fetch } = yield* fetchHandler(Layer.merge(backend, unsigned))
      expect(yield* call(fetch, "checkin", checkin)).toEqual({
        status: 200,
        text: '{"_tag":"DdmSync","serverToken":"own DEVICE-UDID"}',
      })
      for (const name of Object.keys(others) as ReadonlyArray<keyof typeof others>) {
        const example = examplesOf(webhooks[name].request)[0]
        expect(yield* call(fetch, name, example), name).toEqual({
          status: 501,
          text: '{"_tag":"ManagementNotSupported"}',
        })
      }
    }),
  )
})
