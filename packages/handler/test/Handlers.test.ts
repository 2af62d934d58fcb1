/**
 * The services: what they need, and which function hears which event.
 */
import { describe, expect, it } from "@effect/vitest"
import { webhooks } from "@espalier/schema"
import { Context, Effect, Layer } from "effect"
import { CheckInHandler, EventHandler } from "../src/index.ts"
import { backendOf, call, deviceScope, fetchHandler, listening } from "./Backend.ts"

const checkin = { scope: deviceScope }

describe("services", () => {
  class Owner extends Context.Service<Owner, { readonly name: string }>()("test/Owner") {}

  it.live("a service's own services are those of its layer", () =>
    Effect.gen(function* () {
      const handler = CheckInHandler.layer(() =>
        Effect.map(Owner, ({ name }) => ({ _tag: "DdmSync", serverToken: name }) as const),
      )
      const backend = Layer.merge(backendOf({}), handler.pipe(Layer.provide(Layer.succeed(Owner, { name: "own" }))))
      const { fetch } = yield* Effect.provideService(listening(backend), Owner, { name: "other" })
      expect((yield* call(fetch, "checkin", checkin)).text).toContain("own")
    }),
  )

  it.live("layerCases calls the case of the tag, with the event and the scope", () =>
    Effect.gen(function* () {
      const heard: Array<unknown> = []
      const hear = (...args: ReadonlyArray<unknown>) => Effect.sync(() => void heard.push(args))
      const events = EventHandler.layerCases({
        Authenticate: (event, scope) => hear("Authenticate", event, scope),
        TokenUpdate: (event, scope) => hear("TokenUpdate", event, scope),
        CheckOut: (event, scope) => hear("CheckOut", event, scope),
        CommandResult: (event, scope) => hear("CommandResult", event, scope),
        DeclarationStatus: (event, scope) => hear("DeclarationStatus", event, scope),
      })
      const { fetch } = yield* fetchHandler(Layer.merge(backendOf({}), events))
      const examples = webhooks.event.request.fields.event.members.map((member) => {
        const [example] = Object(member.ast.annotations)["examples"]
        return example
      })
      expect(examples.length).toBe(5)
      for (const event of examples)
        expect((yield* call(fetch, "event", { scope: deviceScope, event })).status).toBe(204)
      expect(heard).toEqual(examples.map((event) => [event._tag, event, deviceScope]))
    }),
  )
})
