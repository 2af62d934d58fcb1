/**
 * Given a backend, however it is mounted: each webhook reaches its service with what was sent, and its answer comes back.
 */
import { describe, expect, it } from "@effect/vitest"
import {
  type AnswerOf,
  InternalServerError,
  ManagementNotSupported,
  type RequestOf,
  ServerInitiatedUnenrollment,
  UnknownDevice,
  type WebhookError,
  type WebhookName,
  webhooks,
} from "@espalier/schema"
import { Effect, Layer } from "effect"
import type { Handle } from "../src/index.ts"
import { BodyLimits } from "../src/index.ts"
import { backendOf, deviceScope, type Handles, handlersOf, type Mounted, mounts, pathOf, post } from "./Backend.ts"

type Conversations = {
  readonly [Name in WebhookName]: {
    readonly request: RequestOf<Name>
    readonly answers: ReadonlyArray<AnswerOf<Name>>
  }
}

const userScope = { ...deviceScope, _tag: "user", userId: "USER-ID", userShortName: "ada" } as const
const token = "dG9rZW4="

const conversations: Conversations = {
  event: {
    request: { scope: deviceScope, event: { _tag: "Authenticate", serialNumber: "C02...", osVersion: "15.0" } },
    answers: [undefined],
  },
  checkin: {
    request: { scope: userScope },
    answers: [
      { _tag: "Idle" },
      { _tag: "Command", commandUUID: "c", requestType: "DeviceInformation", payload: { Queries: ["DeviceName"] } },
      { _tag: "DdmSync", serverToken: "server-token" },
    ],
  },
  declarationTokens: {
    request: { scope: deviceScope },
    answers: [{ activationsToken: "a", configurationsToken: "b", assetsToken: "c", managementToken: "d" }],
  },
  declarationItems: {
    request: { scope: deviceScope },
    answers: [{ activations: [{ identifier: "i", serverToken: "t" }], configurations: [], assets: [], management: [] }],
  },
  declaration: {
    request: { scope: deviceScope, type: "configuration", identifier: "i" },
    answers: [{ Type: "com.apple.x", Identifier: "i", ServerToken: "t", Payload: { deep: [null, { é: 1.5 }] } }, null],
  },
  asset: {
    request: { identityCertificate: "PEM", identifier: "asset-id" },
    answers: [
      { content: token, contentType: "application/octet-stream" },
      { url: "https://assets.example.com/a", sha256: "0".repeat(64) },
      null,
    ],
  },
  bootstrapToken: {
    request: { scope: deviceScope, set: token },
    answers: [{ bootstrapToken: token }, { bootstrapToken: null }],
  },
  userAuthenticate: {
    request: { scope: userScope, digestResponse: "response" },
    answers: [{ _tag: "Accept" }, { _tag: "Decline" }, { _tag: "Challenge", digest: "Digest" }],
  },
  token: {
    request: { scope: deviceScope, tokenServiceType: "com.apple.maid", tokenParameters: { a: { $data: token } } },
    answers: [{ tokenData: token }],
  },
  enroll: {
    request: { mdmOrigin: deviceScope.mdmOrigin, token: "t", userAgent: "curl" },
    answers: [
      { _tag: "Allow", profile: { organization: "Example Inc." } },
      { _tag: "Deny", message: "no" },
    ],
  },
}

/** A service for `name` that hears every request and answers with the result of `say`. */
const serviceOf = <Name extends WebhookName>(
  name: Name,
  hear: (request: unknown) => void,
  say: () => Effect.Effect<AnswerOf<Name>, WebhookError>,
): Handles => {
  const handle: Handle<Name> = (request) => {
    hear(request)
    return say()
  }
  return { [name]: handle }
}

const names = Object.keys(conversations) as ReadonlyArray<WebhookName>

const errors: ReadonlyArray<readonly [status: number, error: WebhookError, body: object]> = [
  [501, new ManagementNotSupported({}), { _tag: "ManagementNotSupported" }],
  [404, new UnknownDevice({ message: "who?" }), { _tag: "UnknownDevice", message: "who?" }],
  [
    410,
    new ServerInitiatedUnenrollment({ legacy: true, description: "lost" }),
    { _tag: "ServerInitiatedUnenrollment", legacy: true, description: "lost" },
  ],
  [500, new InternalServerError({ message: "later" }), { _tag: "InternalServerError", message: "later" }],
]

const answerOf = (response: Response) => Effect.promise(() => response.text())

describe.each(mounts)("%s", (_name, mount) => {
  const calling = <Name extends WebhookName>(
    name: Name,
    say: () => Effect.Effect<AnswerOf<Name>, WebhookError>,
    check: (mounted: Mounted, heard: ReadonlyArray<unknown>) => Effect.Effect<void>,
  ) =>
    Effect.gen(function* () {
      const heard: Array<unknown> = []
      const mounted = yield* mount(backendOf(serviceOf(name, (request) => heard.push(request), say)))
      yield* check(mounted, heard)
    })

  for (const name of names) {
    it.live(`${name}: the request comes in, the answer goes out`, () =>
      Effect.gen(function* () {
        const { request, answers } = conversations[name]
        for (const answer of answers) {
          yield* calling(
            name,
            () => Effect.succeed(answer),
            Effect.fnUntraced(function* (mounted, heard) {
              const response = yield* Effect.promise(() => mounted.fetch(pathOf(name), post({ ...request, newer: 1 })))
              const text = yield* answerOf(response)
              expect(heard).toStrictEqual([request])
              expect(response.status).toBe(answer === undefined ? 204 : 200)
              expect(text).toBe(answer === undefined ? "" : JSON.stringify(answer))
              if (answer !== undefined) expect(response.headers.get("content-type")).toBe("application/json")
            }),
          )
        }
      }),
    )

    it.live(`${name}: each of the four errors`, () =>
      Effect.gen(function* () {
        for (const [status, error, body] of errors) {
          yield* calling(
            name,
            () => Effect.fail(error),
            Effect.fnUntraced(function* (mounted) {
              const response = yield* Effect.promise(() =>
                mounted.fetch(pathOf(name), post(conversations[name].request)),
              )
              expect(response.status).toBe(status)
              expect(JSON.parse(yield* answerOf(response))).toStrictEqual(body)
            }),
          )
        }
      }),
    )
  }

  it.live("what is not a webhook, or not called with POST", () =>
    Effect.gen(function* () {
      const { fetch } = yield* mount(backendOf({}))
      for (const path of ["/webhook/apple/nothing", "/webhook/apple/", "/webhook/apple", "/webhook/apple/event/x"]) {
        const response = yield* Effect.promise(() => fetch(path, post({})))
        expect(response.status, path).toBe(404)
        expect(JSON.parse(yield* answerOf(response)), path).toMatchObject({ _tag: "UnknownWebhook" })
      }
      for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
        const response = yield* Effect.promise(() => fetch(`${pathOf("checkin")}?x=1`, { method }))
        expect(response.status, method).toBe(405)
        expect(response.headers.get("allow")).toBe("POST")
        expect(JSON.parse(yield* answerOf(response)), method).toMatchObject({ _tag: "MethodNotAllowed" })
      }
      for (const path of ["/webhook/apple/checkin/", "//webhook/apple//checkin"]) {
        const response = yield* Effect.promise(() => fetch(path))
        expect(response.status, path).toBe(405)
      }
      const head = yield* Effect.promise(() => fetch(pathOf("checkin"), { method: "HEAD" }))
      expect(head.status).toBe(405)
    }),
  )

  it.live("limits given beside the backend hold", () =>
    Effect.gen(function* () {
      const limits = Layer.succeed(BodyLimits, { maxBytes: "1 KiB", maxDepth: 5, timeout: "5 seconds" })
      const { fetch } = yield* mount(
        Layer.merge(backendOf({ checkin: () => Effect.succeed({ _tag: "Idle" }) }), limits),
      )
      const large = yield* Effect.promise(() =>
        fetch(pathOf("checkin"), post({ scope: deviceScope, x: "x".repeat(1024) })),
      )
      expect(large.status).toBe(413)
      const deep = yield* Effect.promise(() => fetch(pathOf("checkin"), post({ scope: deviceScope, x: [[[[[]]]]] })))
      expect(deep.status).toBe(400)
      const small = yield* Effect.promise(() => fetch(pathOf("checkin"), post({ scope: deviceScope })))
      expect(small.status).toBe(200)
    }),
  )
})

describe("beyond the webhooks", () => {
  it.live.each(mounts.filter(([name]) => name !== "layer"))("%s: any other path is a typed 404 too", ([, mount]) =>
    Effect.gen(function* () {
      const { fetch } = yield* mount(backendOf({}))
      for (const path of ["/", "/favicon.ico", "/webhook"]) {
        const response = yield* Effect.promise(() => fetch(path))
        expect(response.status, path).toBe(404)
        expect(JSON.parse(yield* answerOf(response)), path).toMatchObject({ _tag: "UnknownWebhook" })
      }
    }),
  )

  it.live("layerReference gives OpenAPI and a page", () =>
    Effect.gen(function* () {
      const [, mount] = mounts[3] ?? mounts[0] ?? []
      if (mount === undefined) return expect.unreachable()
      const { fetch } = yield* mount(backendOf({}))
      const openapi = yield* Effect.promise(() => fetch("/webhook/openapi.json"))
      const document = JSON.parse(yield* answerOf(openapi))
      expect(Object.keys(document.paths)).toEqual(Object.values(webhooks).map(({ path }) => path))
      const page = yield* Effect.promise(() => fetch("/webhook/reference"))
      expect(page.headers.get("content-type")).toContain("text/html")
      expect((yield* answerOf(page)).length).toBeGreaterThan(100)
    }),
  )
})

it("handlersOf has every service", () => {
  // Else a conversation above would test a service that is not there.
  expect(Layer.isLayer(handlersOf({}))).toBe(true)
})
