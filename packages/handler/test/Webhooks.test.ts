/**
 * Each webhook passes its request to its service and returns the answer, however the backend is mounted.
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
import { HttpRouter } from "effect/http"
import type { Handle } from "../src/index.ts"
import { RequestLimits, Webhooks } from "../src/index.ts"
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
    request: { identityCertificate: "PEM", identifier: "asset-id", mdmOrigin: deviceScope.mdmOrigin },
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
    request: {
      mdmOrigin: deviceScope.mdmOrigin,
      token: "t",
      userAgent: "curl",
      machineInfo: { SERIAL: "C02...", MDM_CAN_REQUEST_SOFTWARE_UPDATE: true },
      authorization: "Bearer t",
    },
    answers: [
      { _tag: "Allow", profile: { organization: "Example Inc." } },
      { _tag: "Deny", message: "no" },
      { _tag: "SoftwareUpdateRequired", osVersion: "26.1", buildVersion: "23B85" },
      {
        _tag: "PlatformSsoRequired",
        profileURL: "https://mdm.example.com/psso.mobileconfig",
        authURL: "https://idp.example.com/authenticate",
        package: { manifestURL: "https://mdm.example.com/psso.plist", pinningCerts: [token] },
      },
    ],
  },
  returnToService: {
    request: { scope: deviceScope },
    answers: [
      { enabled: true, wiFiProfileData: token, mdmProfileData: token, bootstrapToken: token },
      { enabled: false },
    ],
  },
  adopt: {
    request: { scope: deviceScope, messageType: "TokenUpdate" },
    answers: [{ _tag: "Allow" }, { _tag: "Deny" }],
  },
}

/** A service for `name` that passes every request to `onRequest` and answers with the result of `answer`. */
const serviceOf = <Name extends WebhookName>(
  name: Name,
  onRequest: (request: unknown) => void,
  answer: () => Effect.Effect<AnswerOf<Name>, WebhookError>,
): Handles => {
  const handle: Handle<Name> = (request) => {
    onRequest(request)
    return answer()
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
    answer: () => Effect.Effect<AnswerOf<Name>, WebhookError>,
    check: (mounted: Mounted, received: ReadonlyArray<unknown>) => Effect.Effect<void>,
  ) =>
    Effect.gen(function* () {
      const received: Array<unknown> = []
      const mounted = yield* mount(backendOf(serviceOf(name, (request) => received.push(request), answer)))
      yield* check(mounted, received)
    })

  for (const name of names) {
    it.live(`${name}: passes the request to its service and returns the answer`, () =>
      Effect.gen(function* () {
        const { request, answers } = conversations[name]
        for (const answer of answers) {
          yield* calling(
            name,
            () => Effect.succeed(answer),
            Effect.fnUntraced(function* (mounted, received) {
              const response = yield* Effect.promise(() => mounted.fetch(pathOf(name), post({ ...request, newer: 1 })))
              const text = yield* answerOf(response)
              expect(received).toStrictEqual([request])
              expect(response.status).toBe(answer === undefined ? 204 : 200)
              expect(text).toBe(answer === undefined ? "" : JSON.stringify(answer))
              if (answer !== undefined) expect(response.headers.get("content-type")).toBe("application/json")
            }),
          )
        }
      }),
    )

    it.live(`${name}: returns each of the four errors`, () =>
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

  it.live("rejects unknown webhooks with 404 and other methods with 405", () =>
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

  it.live("applies the limits that are provided beside the backend", () =>
    Effect.gen(function* () {
      const limits = Layer.succeed(RequestLimits.RequestLimits, {
        maxBytes: "1 KiB",
        maxDepth: 5,
        timeout: "5 seconds",
      })
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

describe("other paths", () => {
  it.live.each(mounts.filter(([name]) => name !== "layer"))(
    "%s: answers any other path with a typed 404",
    ([, mount]) =>
      Effect.gen(function* () {
        const { fetch } = yield* mount(backendOf({}))
        for (const path of ["/", "/favicon.ico", "/webhook"]) {
          const response = yield* Effect.promise(() => fetch(path))
          expect(response.status, path).toBe(404)
          expect(JSON.parse(yield* answerOf(response)), path).toMatchObject({ _tag: "UnknownWebhook" })
        }
      }),
  )

  it.live("names the path that has no webhook, without the query", () =>
    Effect.gen(function* () {
      for (const [, mount] of mounts) {
        const { fetch } = yield* mount(backendOf({}))
        const response = yield* Effect.promise(() => fetch("/webhook/apple/plum?token=secret", post({})))
        expect(JSON.parse(yield* answerOf(response))).toEqual({
          _tag: "UnknownWebhook",
          message: "No webhook at /webhook/apple/plum",
        })
      }
    }),
  )

  it.live("layerReference serves the OpenAPI document and a reference page", () =>
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

it("handlersOf provides every service", () => {
  expect(Layer.isLayer(handlersOf({}))).toBe(true)
})

describe("prefix", () => {
  const answering = (serverToken: string) =>
    backendOf({ checkin: () => Effect.succeed({ _tag: "DdmSync", serverToken }) })
  const checkin = post({ scope: deviceScope })
  const tokenAt = (fetch: Mounted["fetch"], path: string) =>
    Effect.promise(async () => JSON.parse(await (await fetch(path, checkin)).text()))

  it.live("two backends in one app answer under their own prefixes", () =>
    Effect.gen(function* () {
      const App = Layer.merge(
        Webhooks.layerWith({ prefix: "/a" }).pipe(Layer.provide(answering("of a"))),
        Webhooks.layerWith({ prefix: "/tenants/b" }).pipe(Layer.provide(answering("of b"))),
      )
      const { handler } = HttpRouter.toWebHandler(App, { disableLogger: true })
      const fetch: Mounted["fetch"] = (path, init) => handler(new Request(`http://backend.example${path}`, init))
      expect(yield* tokenAt(fetch, "/a/webhook/apple/checkin")).toEqual({ _tag: "DdmSync", serverToken: "of a" })
      expect(yield* tokenAt(fetch, "/tenants/b/webhook/apple/checkin")).toEqual({
        _tag: "DdmSync",
        serverToken: "of b",
      })
      expect(yield* tokenAt(fetch, "/a/webhook/apple/plum")).toEqual({
        _tag: "UnknownWebhook",
        message: "No webhook at /a/webhook/apple/plum",
      })
      const wrongMethod = yield* Effect.promise(() => fetch("/tenants/b/webhook/apple/checkin"))
      expect(wrongMethod.status).toBe(405)
      const unprefixed = yield* Effect.promise(() => fetch("/webhook/apple/checkin", checkin))
      expect(unprefixed.status).toBe(404)
    }),
  )

  it.live("toFetchHandler answers under its prefix, and with a typed 404 elsewhere", () =>
    Effect.gen(function* () {
      const { handler } = Webhooks.toFetchHandler(answering("of a"), { prefix: "/a" })
      const fetch: Mounted["fetch"] = (path, init) => handler(new Request(`http://backend.example${path}`, init))
      expect(yield* tokenAt(fetch, "/a/webhook/apple/checkin")).toEqual({ _tag: "DdmSync", serverToken: "of a" })
      expect(yield* tokenAt(fetch, "/webhook/apple/checkin")).toMatchObject({ _tag: "UnknownWebhook" })
    }),
  )
})

it.live("toFetchHandler builds the backend at the first call, once, and closes it on dispose", () =>
  Effect.gen(function* () {
    const log: Array<string> = []
    const resource = Layer.effectDiscard(
      Effect.acquireRelease(
        Effect.sync(() => void log.push("built")),
        () => Effect.sync(() => void log.push("closed")),
      ),
    )
    const { handler, dispose } = Webhooks.toFetchHandler(Layer.merge(backendOf({}), resource))
    yield* Effect.promise(() => new Promise(setImmediate))
    expect(log).toEqual([])
    for (const _ of [1, 2])
      yield* Effect.promise(() => handler(new Request("http://backend.example/webhook/apple/plum")))
    expect(log).toEqual(["built"])
    yield* Effect.promise(dispose)
    expect(log).toEqual(["built", "closed"])
  }),
)
