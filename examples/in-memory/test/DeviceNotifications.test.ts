/**
 * The notification events of devices: each is delivered once and signed, also for repeated webhooks; no webhook succeeds whose event was not stored.
 */
import { createServer, type IncomingHttpHeaders } from "node:http"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { WebhookVerifier } from "@espalier/handler"
import { Receiver } from "@espalier/notifications/receiver"
import { Database } from "@espalier/sql"
import { Effect, Layer, Queue, Redacted, References, Result } from "effect"
import { SqlClient } from "effect/sql"
import * as Backend from "../src/Backend.ts"
import { DeviceNotifications } from "../src/DeviceNotifications.ts"
import * as Product from "./Product.ts"
import { api, apiKey, at, authenticate, client, device, queue, running, send, tokenUpdate, user } from "./Running.ts"

/** A customer's endpoint on this machine, with an integration of all events that points to it. */
const customer = Effect.gen(function* () {
  const requests = yield* Queue.unbounded<{ readonly headers: IncomingHttpHeaders; readonly body: string }>()
  const url = yield* Effect.acquireRelease(
    Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
      const server = createServer((request, response) => {
        let body = ""
        request.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk
        })
        request.on("end", () => {
          Queue.offerUnsafe(requests, { headers: request.headers, body })
          response.writeHead(204).end()
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ port, close: () => server.close() }))
      })
    }),
    ({ close }) => Effect.sync(close),
  )
  const events = ["enrollment_token_created", "device_enrolled", "device_added_mdm_user", "inventory_item"]
  const made = yield* send("POST", `${api}/integrations`, { url: `http://localhost:${url.port}/hook`, events })
  expect(made.status).toBe(201)
  const secrets = [String(at(made.body, "secret"))]
  /** The next events, sorted by action: deliveries have no order. */
  const receives = (count: number) =>
    Effect.map(Queue.takeN(requests, count), (all) =>
      [...all]
        .map(({ headers, body }) => {
          expect(Result.isSuccess(Receiver.verifySync({ secrets, headers, body }))).toBe(true)
          const event: unknown = JSON.parse(body)
          return event
        })
        .toSorted((a, b) => (String(at(a, "action")) < String(at(b, "action")) ? -1 : 1)),
    )
  return { receives }
})

const published = Effect.map(send("GET", `${api}/deliveries`), ({ body }) => at(body, "deliveries"))
const organization = { id: "example", name: "Espalier Example", url: expect.stringMatching(/\/dashboard\/w\/example$/) }

/** Answers a `DeviceInformation` command twice. */
const sendInformation = Effect.fnUntraced(function* (information: object) {
  const commandUUID = yield* queue("DeviceInformation")
  yield* device.checkIn
  const event = { _tag: "CommandResult", commandUUID, status: "Acknowledged", payload: { QueryResponses: information } }
  for (let turn = 0; turn < 2; turn++) expect((yield* device.ask("event", { event })).status).toBe(204)
})

describe("device notifications", () => {
  it.live("are sent once for each enrollment of a device and of its users", () =>
    Effect.gen(function* () {
      const { receives } = yield* customer
      for (let enrollment = 0; enrollment < 2; enrollment++) {
        yield* device.sends(authenticate)
        for (let turn = 0; turn < 3; turn++) expect((yield* device.sends(tokenUpdate("device"))).status).toBe(204)
        for (let turn = 0; turn < 2; turn++) expect((yield* user.sends(tokenUpdate("user"))).status).toBe(204)
        expect(yield* receives(2)).toEqual([
          {
            action: "adm_device_added_mdm_user",
            organization,
            admDevice: { type: "Device Enrollment", url: expect.stringMatching(/\/w\/example\/devices\/D1$/) },
            mdmUser: { id: "U1", email: "U1@example.com", url: expect.any(String) },
            trigger: "deviceUpdate",
          },
          {
            action: "adm_device_enrolled",
            organization,
            admDevice: { type: "Device Enrollment", url: expect.stringMatching(/\/w\/example\/devices\/D1$/) },
            mdmUser: { id: "it-desk", email: "it-desk@example.com", url: expect.any(String) },
          },
        ])
      }
      expect(yield* published).toHaveLength(4)
    }).pipe(Effect.provide(running)),
  )

  it.live("are sent when an inventory item is created or has changed", () =>
    Effect.gen(function* () {
      const { receives } = yield* customer
      yield* device.enroll
      yield* receives(1)
      const asked = { DeviceName: "Ada's iPhone", ProductName: "iPhone15,4", DeviceCapacity: { $real: 128 } }
      yield* sendInformation({ ...asked, BatteryLevel: 0.9, Secret: "not for customers" })
      expect(yield* receives(1)).toEqual([
        {
          action: "A new InventoryItem is being registered",
          subAction: "created",
          organization,
          inventoryItem: {
            id: "D1",
            type: "iPhone",
            members: { type: "mdmUser", memberId: "it-desk", email: "it-desk@example.com" },
            metadata: { ...asked, DeviceCapacity: 128, BatteryLevel: 0.9 },
          },
        },
      ])
      yield* sendInformation({ BatteryLevel: 0.9 })
      yield* sendInformation({ BatteryLevel: 0.8 })
      expect(yield* receives(1)).toMatchObject([
        { subAction: "updated", inventoryItem: { metadata: { DeviceName: "Ada's iPhone", BatteryLevel: 0.8 } } },
      ])
      expect(yield* published).toHaveLength(3)
      expect((yield* send("GET", `${api}/devices/D1`)).body).toMatchObject({
        information: { ...asked, BatteryLevel: 0.8 },
      })
    }).pipe(Effect.provide(running)),
  )

  it.live("are sent when an enrollment link is created", () =>
    Effect.gen(function* () {
      const { receives } = yield* customer
      const publish = yield* DeviceNotifications
      for (let turn = 0; turn < 2; turn++) yield* publish.enrollmentLinkCreated("token-1")
      expect(yield* receives(1)).toMatchObject([
        { action: "adm_enrollment_token_created", mdmUser: { id: { id: "it-desk" } }, organization },
      ])
      expect(yield* published).toHaveLength(1)
    }).pipe(Effect.provide(running)),
  )
})

describe("an event that cannot be stored", () => {
  it.live("fails its webhook, and is published when the device sends its message again", () =>
    Effect.gen(function* () {
      const databaseUrl = Redacted.make(`sqlite://${join(yield* Product.folder, "notifications.db")}`)
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const statusOf = Effect.map(send("GET", `${api}/devices/D1`), ({ body }) => at(body, "status"))
        yield* device.sends(authenticate)
        yield* sql`ALTER TABLE espalier_event RENAME TO elsewhere`
        expect(yield* device.sends(tokenUpdate("device"))).toEqual({
          status: 500,
          body: { _tag: "InternalServerError", message: "The notification could not be stored" },
        })
        expect(yield* statusOf).toBe("enrolling")
        yield* sql`ALTER TABLE elsewhere RENAME TO espalier_event`
        expect((yield* device.sends(tokenUpdate("device"))).status).toBe(204)
        expect(yield* statusOf).toBe("enrolled")
        expect(yield* sql`SELECT name FROM espalier_event`).toEqual([{ name: "device_enrolled" }])
      }).pipe(
        Effect.provide(Database.layer({ url: databaseUrl })),
        Effect.provide(
          Layer.provideMerge(
            client,
            Backend.layer({
              port: 0,
              verifier: WebhookVerifier.layerUnsigned,
              databaseUrl,
              apiKey: Redacted.make(apiKey),
            }),
          ),
        ),
        Effect.provideService(References.MinimumLogLevel, "Fatal"),
      )
    }),
  )
})
