/**
 * A management backend on a loopback port: bare `node:http`, so that it can also be slow, rude or gone. Closed with the test's scope.
 *
 * Every body it hears is decoded by the schema of its webhook, strictly: a field too many fails the test that reads `heard`.
 */
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { type WebhookName, webhooks } from "@espalier/schema"
import { Effect, Schema, type Scope } from "effect"

export interface Heard {
  readonly webhook: WebhookName
  readonly body: unknown
}

/** How a webhook is answered; `turn` counts its calls from 1. */
export type Reply = (response: ServerResponse, turn: number) => void

export type Replies = { readonly [Name in WebhookName]?: Reply }

export interface Backend {
  readonly url: string
  /** What was heard, in order. */
  readonly heard: () => ReadonlyArray<Heard>
  /** The bodies that one webhook heard, in order. */
  readonly heardBy: (webhook: WebhookName) => ReadonlyArray<unknown>
}

/** Answers in JSON. */
export const json =
  (value: unknown, status = 200): Reply =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))
  }

/** Answers with a JSON text as it is. */
export const text =
  (body: string): Reply =>
  (response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(body)
  }

/** Answers with these, one a call, the last for ever. */
export const inTurn =
  (...replies: readonly [Reply, ...ReadonlyArray<Reply>]): Reply =>
  (response, turn) =>
    (replies[turn - 1] ?? replies[replies.length - 1])?.(response, turn)

/** 204. */
export const taken: Reply = (response) => {
  response.writeHead(204).end()
}

/** Never answers. */
export const silence: Reply = () => {}

/** Closes the connection without an answer. */
export const hangUp: Reply = (response) => {
  response.socket?.destroy()
}

const names = Object.keys(webhooks) as ReadonlyArray<WebhookName>

const decoders = new Map(
  names.map((name) => [name, Schema.decodeUnknownSync(webhooks[name].request, { onExcessProperty: "error" })] as const),
)

/**
 * Starts one. A webhook without a reply of its own gets `otherwise`, by default a 404 without a typed body.
 */
export const start = (
  replies: Replies,
  otherwise: Reply = (response) => {
    response.writeHead(404).end()
  },
): Effect.Effect<Backend, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Backend & { readonly close: () => void }>((resume) => {
      const received: Array<{ readonly webhook: WebhookName; readonly text: string }> = []
      const turns = new Map<WebhookName, number>()
      const sockets = new Set<Socket>()
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("error", () => {})
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const webhook = names.find((name) => webhooks[name].path === request.url)
          if (webhook === undefined) return response.writeHead(404).end()
          received.push({ webhook, text: Buffer.concat(chunks).toString() })
          const turn = (turns.get(webhook) ?? 0) + 1
          turns.set(webhook, turn)
          const reply = replies[webhook] ?? otherwise
          return reply(response, turn)
        })
      })
      server.on("connection", (socket) => sockets.add(socket))
      const heard = () =>
        received.map(({ webhook, text }) => {
          const body: unknown = JSON.parse(text)
          decoders.get(webhook)?.(body)
          return { webhook, body }
        })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(
          Effect.succeed({
            url: `http://127.0.0.1:${port}`,
            heard,
            heardBy: (webhook) => heard().flatMap((call) => (call.webhook === webhook ? [call.body] : [])),
            close: () => {
              server.close()
              for (const socket of sockets) socket.destroy()
            },
          }),
        )
      })
    }),
    ({ close }) => Effect.sync(close),
  )
