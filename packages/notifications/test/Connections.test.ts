/**
 * Connections go to the addresses that were checked, whatever a name comes to mean in between.
 */
import { once } from "node:events"
import { createServer } from "node:http"
import * as Undici from "@effect/platform-node/Undici"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as AddressGuard from "../src/Addresses/AddressGuard.ts"
import type { ResolvedAddress } from "../src/index.ts"

const address = (text: string): ResolvedAddress => ({ address: text, family: text.includes(":") ? 6 : 4 })

describe("a connection", () => {
  const receiver = Effect.acquireRelease(
    Effect.promise(async () => {
      let heard = 0
      const server = createServer((_request, response) => {
        heard++
        response.end("here")
      }).listen(0, "127.0.0.1")
      await once(server, "listening")
      const bound = server.address()
      const port = typeof bound === "object" && bound !== null ? bound.port : 0
      return { server, port, heard: () => heard }
    }),
    ({ server }) => Effect.sync(() => server.close()),
  )

  /** What a call to the name answers, when the name resolves to these, one answer a question. */
  const call = (
    answers: ReadonlyArray<ReadonlyArray<string>>,
    allow: ReadonlyArray<string>,
    host = "hooks.example.com",
  ) =>
    Effect.gen(function* () {
      const { port, heard } = yield* receiver
      let questions = 0
      const guard = yield* AddressGuard.make({
        allow,
        allowHttp: true,
        resolve: () => Promise.resolve((answers[Math.min(questions++, answers.length - 1)] ?? []).map(address)),
      })
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => new Undici.Agent({ connect: guard.connector({ timeout: 500 }) })),
        (agent) => Effect.promise(() => agent.destroy()),
      )
      const origin = `http://${host}:${port}`
      const checked = yield* Effect.result(guard.check(origin))
      const answer = yield* Effect.tryPromise({
        try: () => agent.request({ origin, path: "/", method: "POST" }).then(({ statusCode }) => statusCode),
        catch: (error) => (error instanceof Error && "range" in error ? error.range : error),
      }).pipe(Effect.catch((error) => Effect.succeed(error)))
      return { checked: checked._tag, answer, heard: heard(), questions }
    })

  it.live("goes to the checked address", () =>
    Effect.gen(function* () {
      expect(yield* call([["127.0.0.1"]], ["127.0.0.0/8"])).toEqual({
        checked: "Success",
        answer: 200,
        heard: 1,
        questions: 2,
      })
    }),
  )

  it.live("is not made when the name now resolves to another address", () =>
    Effect.gen(function* () {
      expect(yield* call([["93.184.215.14"], ["127.0.0.1"]], [])).toEqual({
        checked: "Success",
        answer: "loopback",
        heard: 0,
        questions: 2,
      })
    }),
  )

  it.live("resolves the name once", () =>
    Effect.gen(function* () {
      const { heard, questions, answer } = yield* call([["127.0.0.1"], ["127.0.0.1"], ["10.0.0.1"]], ["127.0.0.0/8"])
      expect({ heard, questions, answer }).toEqual({ heard: 1, questions: 2, answer: 200 })
    }),
  )

  it.live("is not made when one of several addresses is invalid", () =>
    Effect.gen(function* () {
      const { heard, answer } = yield* call([["127.0.0.1", "10.0.0.1"]], ["127.0.0.0/8"])
      expect({ heard, answer }).toEqual({ heard: 0, answer: "private" })
    }),
  )

  it.live.each(["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])("is not made to %s", (host) =>
    Effect.gen(function* () {
      const { heard } = yield* call([[]], [], host)
      expect(heard).toBe(0)
    }),
  )
})
