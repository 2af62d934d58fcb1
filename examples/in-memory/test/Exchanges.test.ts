/**
 * The exchanges of whole enrollments, recorded by the server and shown by the backend, contain no secrets.
 */
import { describe, expect, it } from "@effect/vitest"
import { ExchangeLog } from "@espalier/devices"
import { Device } from "@espalier/simulator"
import { Effect, Stream } from "effect"
import * as Product from "./Product.ts"
import { api, running, send } from "./Running.ts"

describe("recorded exchanges", () => {
  const challengeIn = (profile: Uint8Array) =>
    /<key>Challenge<\/key>\s*<string>([^<]+)</.exec(new TextDecoder().decode(profile))?.[1] ?? ""
  const forms = (bytes: Uint8Array) => [Buffer.from(bytes).toString("base64"), Buffer.from(bytes).toString("hex")]

  it.live("contain no secrets", () =>
    Effect.gen(function* () {
      const { link } = yield* Product.start
      const secrets = [new URL(link).searchParams.get("token") ?? ""]
      const devices = [
        yield* Device.make({ kind: "iPhone", seed: 1 }),
        yield* Device.make({ kind: "Mac", seed: 2 }),
        yield* Device.make({ kind: "SharedIPad", seed: 3 }),
      ]
      let exchanges = 0
      for (const device of devices) {
        const { kind, udid, derive } = device.profile
        yield* device.enroll(link)
        if (kind !== "iPhone") yield* device.login({ shortName: "ada@example.com" })
        const commands = [
          { requestType: "DeviceLock", payload: { PIN: "271828" } },
          {
            requestType: "SetFirmwarePassword",
            payload: { CurrentPassword: "hunter2-old", NewPassword: "hunter2-new" },
          },
          { requestType: "ClearPasscode", payload: { UnlockToken: { $data: forms(derive("unlock token"))[0] } } },
          {
            requestType: "InstallProfile",
            payload: { Payload: { $data: Buffer.from("wifi-passphrase").toString("base64") } },
          },
          { requestType: "DeviceInformation", payload: { Queries: ["DeviceName"] } },
        ]
        for (const command of commands) {
          expect((yield* send("POST", `${api}/devices/${udid}/commands`, command)).status).toBe(201)
        }
        const credential = {
          Type: "com.apple.asset.credential.userpassword",
          Payload: { Password: "declared-password" },
        }
        yield* send("PUT", `${api}/declarations/credential?udid=${udid}`, credential)
        for (let polls = 0; polls < 3; polls++) yield* device.wake()
        yield* device.unlock()
        if (kind === "Mac") secrets.push(...forms(yield* device.escrowBootstrapToken()))
        if (kind === "Mac") yield* device.fetchBootstrapToken()
        yield* device.renew()
        const targets = yield* device.pushTargets
        secrets.push(
          ...targets.flatMap(({ token, magic }) => [...forms(token), magic]),
          ...forms(derive("unlock token")),
        )
        const all = yield* device.exchanges.all
        exchanges += all.length
        secrets.push(challengeIn(all[0]?.response ?? new Uint8Array()))
        yield* device.checkOut()
        exchanges++
      }
      secrets.push(
        "271828",
        "hunter2-old",
        "hunter2-new",
        "declared-password",
        ...forms(Buffer.from("wifi-passphrase")),
      )
      expect(secrets.filter((secret) => secret.length < 6)).toEqual([])

      const recorded = yield* Effect.flatMap(ExchangeLog, ({ stream }) =>
        Stream.runCollect(Stream.take(stream({}), exchanges)),
      )
      const text = JSON.stringify(recorded)
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
      // The exchanges are recorded nevertheless.
      for (const word of [
        "Authenticate",
        "TokenUpdate",
        "PKIOperation",
        "DeclarativeManagement declaration-items",
        "CheckOut",
      ]) {
        expect(text).toContain(`"message":"${word}"`)
      }
      for (const word of ["DeviceLock", "NotNow", "SetBootstrapToken", "com.apple.asset.credential.userpassword"]) {
        expect(text).toContain(word)
      }
    }).pipe(Effect.provide(running)),
  )
})
