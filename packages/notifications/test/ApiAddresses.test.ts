/**
 * The guard of addresses as somebody meets it who has nothing but the HTTP API and a key.
 */
import { describe, expect, it } from "@effect/vitest"
import { enrolled } from "@espalier/testing/Events"
import { Effect } from "effect"
import type { ResolvedAddress } from "../src/index.ts"
import { hosts, public4, urls } from "./Addresses.ts"
import * as ApiHarness from "./ApiHarness.ts"

const rows = [...hosts.map(([host, refusal]) => [`https://${host}/hook`, refusal] as const), ...urls]

const events = ["device_enrolled"]

describe("the API", () => {
  it.live("rejects every row of the address table, on create and on edit", () =>
    Effect.gen(function* () {
      const addresses = { resolve: () => Promise.resolve([public4]) }
      const { call } = yield* ApiHarness.make({ addresses, worker: false })
      const made = yield* call("POST", "/workspaces/acme/integrations", {
        body: { url: "https://first.example.com/", events },
      })
      const id: string = Object(made.json).integration.id
      for (const [url, refusal] of rows) {
        const created = yield* call("POST", "/workspaces/acme/integrations", { body: { url, events } })
        const edited = yield* call("PATCH", `/workspaces/acme/integrations/${id}`, { body: { url } })
        if (refusal === undefined) {
          expect([created.status, url]).toEqual([201, url])
          // It has one with this URL now: the guard let it pass.
          expect([edited.status, url]).toEqual([409, url])
        } else {
          for (const { status, json } of [created, edited]) {
            const { reason, range } = Object(json)
            expect([status, reason ?? range, url]).toEqual([422, refusal, url])
          }
        }
      }
    }),
  )

  it.live("does not connect to a name that resolves differently after the check", () =>
    Effect.gen(function* () {
      const answers: Array<ResolvedAddress> = []
      const resolve = () => {
        const answer: ResolvedAddress = answers.length === 0 ? public4 : { address: "127.0.0.1", family: 4 }
        answers.push(answer)
        return Promise.resolve([answer])
      }
      const api = yield* ApiHarness.make({ addresses: { resolve, allowHttp: true } })
      const url = api.receiver.url("/").replace("127.0.0.1", "rebind.example")
      const created = yield* api.call("POST", "/workspaces/acme/integrations", { body: { url, events } })
      expect(created.status).toBe(201)
      expect(answers).toEqual([public4])

      const published = yield* api.call("POST", "/workspaces/acme/events", { body: enrolled("a") })
      expect(published).toMatchObject({ status: 202, json: { deliveries: 1 } })
      const delivery = yield* api.tried(1)
      expect(delivery).toMatchObject({ state: "pending", attempts: 1 })
      const attempts = yield* api.call("GET", `/workspaces/acme/deliveries/${delivery.id}/attempts`)
      expect(attempts.json).toMatchObject([{ number: 1, status: null, error: "InvalidAddress", bodyExcerpt: "" }])
      expect(answers.slice(1)).toEqual([{ address: "127.0.0.1", family: 4 }])
      expect(api.receiver.received).toEqual([])
    }),
  )
})
