import { request } from "node:http"
import { describe, expect, it } from "@effect/vitest"
import { WebhookVerifier } from "@espalier/handler"
import { Effect } from "effect"
import * as Backend from "../src/Backend.ts"
import { at, authenticate, device, running, send, unknownDevice } from "./Running.ts"

const passcode = { Type: "com.apple.configuration.passcode.settings", Payload: { RequirePasscode: true } }

describe("the control API", () => {
  it.live("queues a command and shows it at the device and by its UUID", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      const payload = { Queries: ["DeviceName"], Data: { $data: "aGVsbG8=" } }
      const queued = yield* send("POST", "/api/devices/D1/commands", { requestType: "DeviceInformation", payload })
      expect(queued.status).toBe(201)
      expect(queued.body).toMatchObject({
        channel: { udid: "D1" },
        requestType: "DeviceInformation",
        payload,
        state: "queued",
      })
      const uuid = at(queued.body, "commandUUID")
      expect((yield* send("GET", `/api/commands/${uuid}`)).body).toEqual(queued.body)
      expect(at((yield* send("GET", "/api/devices/D1")).body, "commands")).toEqual([queued.body])
    }).pipe(Effect.provide(running)),
  )

  it.live("puts, lists and deletes declarations by identifier and target", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      const all = yield* send("PUT", "/api/declarations/com.example.passcode", passcode)
      const own = yield* send("PUT", "/api/declarations/com.example.passcode?udid=D1", passcode)
      expect(all.status).toBe(200)
      expect(at(all.body, "target")).toEqual({})
      expect(at(own.body, "target")).toEqual({ udid: "D1" })
      expect((yield* send("GET", "/api/declarations")).body).toEqual([all.body, own.body])
      expect((yield* send("DELETE", "/api/declarations/com.example.passcode")).status).toBe(204)
      expect((yield* send("GET", "/api/declarations")).body).toEqual([own.body])
    }).pipe(Effect.provide(running)),
  )

  const mistakes: ReadonlyArray<{
    name: string
    call: readonly ["GET" | "POST" | "PUT" | "DELETE", string, unknown?]
    status: number
    body: unknown
  }> = [
    { name: "an unknown device", call: ["GET", "/api/devices/D9"], status: 404, body: unknownDevice },
    {
      name: "a command for an unknown device",
      call: ["POST", "/api/devices/D9/commands", { requestType: "DeviceInformation" }],
      status: 404,
      body: unknownDevice,
    },
    {
      name: "a command for an unknown user",
      call: ["POST", "/api/devices/D1/commands", { requestType: "ProfileList", userId: "U9" }],
      status: 404,
      body: unknownDevice,
    },
    {
      name: "an unknown command",
      call: ["GET", "/api/commands/x"],
      status: 404,
      body: { _tag: "UnknownCommand", message: "No such command" },
    },
    {
      name: "a declaration for an unknown device",
      call: ["PUT", "/api/declarations/x?udid=D9", passcode],
      status: 404,
      body: unknownDevice,
    },
    {
      name: "the deletion of what is not there",
      call: ["DELETE", "/api/declarations/x"],
      status: 404,
      body: { _tag: "UnknownDeclaration", message: "No such declaration for that target" },
    },
    {
      name: "a body that is not JSON",
      call: ["POST", "/api/devices/D1/commands", "{"],
      status: 400,
      body: { _tag: "InvalidRequest", message: "body: Expected a valid JSON body" },
    },
    {
      name: "a command without a name",
      call: ["POST", "/api/devices/D1/commands", {}],
      status: 400,
      body: { _tag: "InvalidRequest", message: "body.requestType: Missing key" },
    },
    {
      name: "a payload that is no property list",
      call: ["POST", "/api/devices/D1/commands", { requestType: "X", payload: { A: [{ B: null }] } }],
      status: 400,
      body: expect.objectContaining({ message: expect.stringMatching(/^body\.payload\.A\.0\.B: Expected /) }),
    },
    {
      name: "a type that is not Apple's",
      call: ["PUT", "/api/declarations/x", { Type: "com.example.thing", Payload: {} }],
      status: 400,
      body: {
        _tag: "InvalidRequest",
        message: "body.Type: Expected a type such as com.apple.configuration.passcode.settings",
      },
    },
    {
      name: "a declaration that calls itself something else",
      call: ["PUT", "/api/declarations/x", { ...passcode, Identifier: "y" }],
      status: 400,
      body: { _tag: "InvalidRequest", message: "body.Identifier: Expected the identifier of the path" },
    },
    {
      name: "a user without its device",
      call: ["PUT", "/api/declarations/x?userId=U1", passcode],
      status: 400,
      body: { _tag: "InvalidRequest", message: "query: A userId needs its udid" },
    },
    {
      name: "an asset that is not base64",
      call: ["PUT", "/api/assets/x", { content: "!", contentType: "text/plain" }],
      status: 400,
      body: expect.objectContaining({ message: expect.stringMatching(/^body\.content: Expected /) }),
    },
    {
      name: "a body beyond 10 MiB",
      call: ["PUT", "/api/assets/x", " ".repeat(10485761)],
      status: 413,
      body: undefined,
    },
  ]

  it.live.each(mistakes)("says what is wrong with $name", ({ body, call, status }) =>
    Effect.gen(function* () {
      yield* device.enrolls
      expect(yield* send(...call)).toEqual({ status, body })
      expect((yield* send("GET", "/api/declarations")).body).toEqual([])
    }).pipe(Effect.provide(running)),
  )

  it.live("answers no page of another origin and no other host name", () =>
    Effect.gen(function* () {
      const url = yield* Backend.BackendUrl
      const statusWith = (headers: Record<string, string>) =>
        Effect.promise(
          () =>
            new Promise<number | undefined>((resolve, reject) => {
              request(`${url}/api/devices`, { headers }, (response) => {
                response.resume()
                resolve(response.statusCode)
              })
                .on("error", reject)
                .end()
            }),
        )
      expect(yield* statusWith({ origin: url })).toBe(200)
      expect(yield* statusWith({ host: "localhost:9000" })).toBe(200)
      expect(yield* statusWith({ origin: "https://evil.example" })).toBe(403)
      expect(yield* statusWith({ origin: "null" })).toBe(403)
      expect(yield* statusWith({ host: "evil.example" })).toBe(403)
      expect(yield* statusWith({ host: "127.0.0.1.evil.example" })).toBe(403)
    }).pipe(Effect.provide(running)),
  )

  it.live("describes itself, and the webhooks too", () =>
    Effect.gen(function* () {
      const control = yield* send("GET", "/api/openapi.json")
      expect(Object.keys(Object(at(control.body, "paths"))).toSorted()).toEqual([
        "/api/assets/{identifier}",
        "/api/commands/{commandUUID}",
        "/api/declarations",
        "/api/declarations/{identifier}",
        "/api/devices",
        "/api/devices/{udid}",
        "/api/devices/{udid}/commands",
      ])
      expect(at((yield* send("GET", "/webhook/openapi.json")).body, "paths", "/webhook/apple/checkin")).toBeDefined()
    }).pipe(Effect.provide(running)),
  )

  it.live("needs no signature where the webhooks do", () =>
    Effect.gen(function* () {
      expect((yield* device.says(authenticate)).status).toBe(401)
      expect(yield* send("GET", "/api/devices")).toEqual({ status: 200, body: [] })
    }).pipe(
      Effect.provide(
        Backend.layer({
          port: 0,
          verifier: WebhookVerifier.layer({ secrets: ["whsec_c2lnbmVkLXdpdGgtdGhpcy1zZWNyZXQtMDA="] }),
        }),
      ),
    ),
  )
})
