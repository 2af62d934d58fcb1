import { describe, expect, it } from "@effect/vitest"
import { WebhookVerifier } from "@espalier/handler"
import { Effect, Layer } from "effect"
import { Devices, DevicesMemory, StorageError } from "../src/index.ts"
import {
  api,
  at,
  authenticate,
  Backend,
  device,
  deviceNotFound,
  otherDevice,
  queue,
  running,
  runningWith,
  send,
  user,
} from "./support/Running.ts"

const passcode = { Type: "com.apple.configuration.passcode.settings", Payload: { RequirePasscode: true } }

describe("the devices API", () => {
  it.live("queues a command and returns it with its device and by its UUID", () =>
    Effect.gen(function* () {
      yield* device.enroll
      const payload = { Queries: ["DeviceName"], Data: { $data: "aGVsbG8=" } }
      const queued = yield* send("POST", `${api}/devices/D1/commands`, { requestType: "DeviceInformation", payload })
      expect(queued.status).toBe(201)
      expect(queued.body).toMatchObject({
        channel: { udid: "D1" },
        requestType: "DeviceInformation",
        payload,
        state: "queued",
      })
      const uuid = at(queued.body, "commandUUID")
      expect((yield* send("GET", `${api}/commands/${uuid}`)).body).toEqual(queued.body)
      expect(at((yield* send("GET", `${api}/devices/D1`)).body, "commands")).toEqual([queued.body])
    }).pipe(Effect.provide(running)),
  )

  it.live("puts, lists and deletes declarations by identifier and target", () =>
    Effect.gen(function* () {
      yield* device.enroll
      const all = yield* send("PUT", `${api}/declarations/com.example.passcode`, passcode)
      const own = yield* send("PUT", `${api}/declarations/com.example.passcode?udid=D1`, passcode)
      expect(all.status).toBe(200)
      expect(at(all.body, "target")).toEqual({})
      expect(at(own.body, "target")).toEqual({ udid: "D1" })
      expect((yield* send("GET", `${api}/declarations`)).body).toEqual([all.body, own.body])
      expect((yield* send("DELETE", `${api}/declarations/com.example.passcode`)).status).toBe(204)
      expect((yield* send("GET", `${api}/declarations`)).body).toEqual([own.body])
    }).pipe(Effect.provide(running)),
  )

  it.live("returns a device with its users, commands, sync status and declarations", () =>
    Effect.gen(function* () {
      yield* device.enroll
      yield* otherDevice.enroll
      yield* user.appear
      yield* queue("ProfileList", { userId: "U1" })
      for (const target of ["", "?udid=D1", "?udid=D1&userId=U1", "?udid=D2"]) {
        yield* send("PUT", `${api}/declarations/com.example.passcode${target}`, passcode)
      }
      expect((yield* send("GET", `${api}/devices/D1`)).body).toMatchObject({
        sync: { synchronized: false },
        declarations: [{ target: {} }, { target: { udid: "D1" } }, { target: { udid: "D1", userId: "U1" } }],
        users: [{ userId: "U1", commands: [{ requestType: "ProfileList" }], sync: { synchronized: false } }],
      })
    }).pipe(Effect.provide(running)),
  )

  const invalid = (detail: unknown) => expect.objectContaining({ status: 400, errors: [detail] })
  const at400 = (path: string, message: unknown) =>
    invalid({ path: ["payload", ...path.split(".").map(index)], message })
  const index = (part: string) => (/^\d+$/.test(part) ? Number(part) : part)

  const mistakes: ReadonlyArray<{
    name: string
    call: readonly ["GET" | "POST" | "PUT" | "DELETE", string, unknown?]
    status: number
    body: unknown
  }> = [
    { name: "an unknown device", call: ["GET", `${api}/devices/D9`], status: 404, body: deviceNotFound },
    {
      name: "a command for an unknown device",
      call: ["POST", `${api}/devices/D9/commands`, { requestType: "DeviceInformation" }],
      status: 404,
      body: deviceNotFound,
    },
    {
      name: "a command for an unknown user",
      call: ["POST", `${api}/devices/D1/commands`, { requestType: "ProfileList", userId: "U9" }],
      status: 404,
      body: deviceNotFound,
    },
    {
      name: "an unknown command",
      call: ["GET", `${api}/commands/x`],
      status: 404,
      body: { type: "urn:espalier:problem:command-not-found", title: "Command not found", status: 404 },
    },
    {
      name: "a declaration for an unknown device",
      call: ["PUT", `${api}/declarations/x?udid=D9`, passcode],
      status: 404,
      body: deviceNotFound,
    },
    {
      name: "the deletion of a declaration that does not exist",
      call: ["DELETE", `${api}/declarations/x`],
      status: 404,
      body: {
        type: "urn:espalier:problem:declaration-not-found",
        title: "Declaration not found for this target",
        status: 404,
      },
    },
    {
      name: "a body that is not JSON",
      call: ["POST", `${api}/devices/D1/commands`, "{"],
      status: 400,
      body: expect.objectContaining({ status: 400 }),
    },
    {
      name: "a command without a name",
      call: ["POST", `${api}/devices/D1/commands`, {}],
      status: 400,
      body: at400("requestType", "Missing key"),
    },
    {
      name: "a payload that is not a property list",
      call: ["POST", `${api}/devices/D1/commands`, { requestType: "X", payload: { A: [{ B: null }] } }],
      status: 400,
      body: at400("payload.A.0.B", expect.stringMatching(/^Expected /)),
    },
    {
      name: "a type that is not Apple's",
      call: ["PUT", `${api}/declarations/x`, { Type: "com.example.thing", Payload: {} }],
      status: 400,
      body: at400("Type", "Expected a type such as com.apple.configuration.passcode.settings"),
    },
    {
      name: "a user without its device",
      call: ["PUT", `${api}/declarations/x?userId=U1`, passcode],
      status: 400,
      body: invalid({ path: ["query"], message: "A userId needs its udid" }),
    },
    {
      name: "an asset that is not base64",
      call: ["PUT", `${api}/assets/x`, { content: "!", contentType: "text/plain" }],
      status: 400,
      body: at400("content", expect.stringMatching(/^Expected /)),
    },
    {
      name: "a body beyond 14 MiB",
      call: ["PUT", `${api}/assets/x`, " ".repeat(14 * 1024 * 1024 + 1)],
      status: 413,
      body: { type: "about:blank", status: 413, title: "Content Too Large" },
    },
  ]

  it.live.each(mistakes)("rejects $name", ({ body, call, status }) =>
    Effect.gen(function* () {
      yield* device.enroll
      expect(yield* send(...call)).toEqual({ status, body })
      expect((yield* send("GET", `${api}/declarations`)).body).toEqual([])
    }).pipe(Effect.provide(running)),
  )

  const otherKey = { authorization: "Bearer ek_0123456789abcdef_0000000000000000000000000000000000000000000" }
  const command = { requestType: "DeviceInformation" }

  it.live(
    "accepts a key of the workspace as a bearer token, or in the session cookie of a page of the same origin",
    () =>
      Effect.gen(function* () {
        yield* device.enroll
        const { url, apiKey } = yield* Backend
        const cookie = { authorization: "", cookie: `espalier_session=${apiKey}` }
        const statusOf = (path: string, headers: Record<string, string>, body?: object) =>
          Effect.map(send(body === undefined ? "GET" : "POST", path, body, headers), ({ status }) => status)
        const [list, queued] = [`${api}/devices`, `${api}/devices/D1/commands`]
        expect(yield* statusOf(list, {})).toBe(200)
        expect(yield* statusOf(list, { authorization: "" })).toBe(401)
        expect(yield* statusOf(list, otherKey)).toBe(401)
        expect(yield* statusOf(list, { ...otherKey, cookie: cookie.cookie })).toBe(401)
        expect(yield* statusOf("/api/workspaces/another/devices", {})).toBe(403)
        expect(yield* statusOf(list, cookie)).toBe(200)
        expect(yield* statusOf(queued, cookie, command)).toBe(403)
        expect(yield* statusOf(queued, { ...cookie, "sec-fetch-site": "cross-site" }, command)).toBe(403)
        expect(yield* statusOf(queued, { ...cookie, origin: "https://evil.example" }, command)).toBe(403)
        expect(yield* statusOf(queued, { ...cookie, "sec-fetch-site": "same-origin" }, command)).toBe(201)
        expect(yield* statusOf(queued, { ...cookie, origin: url }, command)).toBe(201)
      }).pipe(Effect.provide(running)),
  )

  it.live("serves its document and a page to browse it", () =>
    Effect.gen(function* () {
      const { body } = yield* send("GET", "/api/devices/openapi.json")
      const below = "/api/workspaces/{workspace}"
      expect(Object.keys(Object(at(body, "paths"))).toSorted()).toEqual([
        `${below}/assets/{identifier}`,
        `${below}/commands/{commandUUID}`,
        `${below}/declarations`,
        `${below}/declarations/{identifier}`,
        `${below}/devices`,
        `${below}/devices/{udid}`,
        `${below}/devices/{udid}/commands`,
        `${below}/enrollment-links`,
        `${below}/exchanges`,
      ])
      const { url } = yield* Backend
      expect((yield* Effect.promise(() => fetch(`${url}/api/devices/reference`))).status).toBe(200)
    }).pipe(Effect.provide(running)),
  )

  it.live("needs no signature where the webhooks need one", () =>
    Effect.gen(function* () {
      expect((yield* device.sends(authenticate)).status).toBe(401)
      expect(yield* send("GET", `${api}/devices`)).toEqual({ status: 200, body: { devices: [], total: 0 } })
    }).pipe(
      Effect.provide(
        runningWith(
          DevicesMemory.layer,
          WebhookVerifier.layer({ secrets: ["whsec_c2lnbmVkLXdpdGgtdGhpcy1zZWNyZXQtMDA="] }),
        ),
      ),
    ),
  )

  it.live("answers 503, and the webhooks 500, while the storage fails", () =>
    Effect.gen(function* () {
      const problem = {
        type: "urn:espalier:problem:database-unavailable",
        title: "Service temporarily unavailable",
        status: 503,
      }
      expect(yield* send("GET", `${api}/devices`)).toEqual({ status: 503, body: problem })
      expect(yield* send("GET", `${api}/devices/D1`)).toEqual({ status: 503, body: problem })
      expect(yield* device.ask("checkin")).toEqual({
        status: 500,
        body: { _tag: "InternalServerError", message: "Devices could not be read or stored" },
      })
    }).pipe(
      Effect.provide(
        runningWith(Layer.merge(DevicesMemory.layer, failingDevices), WebhookVerifier.layerUnsigned, "None"),
      ),
    ),
  )
})

/** A registry whose storage fails. */
const failingDevices = Layer.effect(
  Devices,
  Effect.map(Devices, (devices) => {
    const failure = Effect.fail(new StorageError({ cause: new Error("disk full") }))
    return { ...devices, search: () => failure, get: () => failure, seen: () => failure }
  }),
).pipe(Layer.provide(Devices.layerMemory))
