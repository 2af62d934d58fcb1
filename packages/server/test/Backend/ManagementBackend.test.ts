/**
 * Every webhook of the protocol's table, against the examples of its own schemas.
 */
import { describe, expect, it } from "@effect/vitest"
import { type AnswerOf, type RequestOf, type WebhookName, webhooks } from "@espalier/schema"
import { Effect, Schema, SchemaAST } from "effect"
import { client, http, json } from "./OddBackend.ts"

describe("every webhook", () => {
  const examplesOf = (ast: SchemaAST.AST): ReadonlyArray<unknown> => {
    const own = SchemaAST.resolve(ast)?.["examples"]
    if (Array.isArray(own)) return own
    return SchemaAST.isUnion(ast) ? ast.types.flatMap(examplesOf) : []
  }

  const roundTrip = <Name extends WebhookName>(name: Name) =>
    Effect.gen(function* () {
      const webhook = webhooks[name]
      const requests = examplesOf(webhook.request.ast)
      const answers = SchemaAST.isVoid(webhook.answer.ast) ? [undefined] : examplesOf(webhook.answer.ast)
      expect(requests).not.toHaveLength(0)
      expect(answers).not.toHaveLength(0)
      const backend = yield* http((response, turn) => json(response, 200, answers[(turn - 1) % answers.length]))
      const calls: { readonly [N in Name]: (request: RequestOf<N>) => Effect.Effect<AnswerOf<N>, unknown> } =
        yield* client(backend)
      const decode = Schema.decodeUnknownSync(webhook.request)
      for (const request of requests) {
        for (const answer of answers) expect(yield* calls[name](decode(request))).toEqual(answer)
        expect(backend.received.at(-1)).toMatchObject({ path: webhook.path })
        expect(JSON.parse(backend.received.at(-1)?.body ?? "")).toEqual(request)
      }
    })

  const isWebhook = (name: string): name is WebhookName => Object.hasOwn(webhooks, name)
  it.live.each(Object.keys(webhooks).filter(isWebhook))("%s carries its schema's examples there and back", (name) =>
    roundTrip(name),
  )
})
