/** Declarative management: a device keeps in step with what the server declares. */
import { createHash } from "node:crypto"
import { describe, expect, it } from "@effect/vitest"
import { DeclarativeManagement, Message } from "@espalier/apple"
import { Effect, Result } from "effect"
import { enrolled } from "./Device.ts"
import type { MdmServer, ServedDeclaration } from "./MdmServer.ts"

const data = Buffer.from("the asset's bytes")

const activation = (...configurations: ReadonlyArray<string>): ServedDeclaration => ({
  kind: "activation",
  type: "com.apple.activation.simple",
  identifier: "all",
  token: `a-${configurations.join()}`,
  payload: { StandardConfigurations: configurations },
})

const subscriptions = (...names: ReadonlyArray<string>): ServedDeclaration => ({
  kind: "configuration",
  type: "com.apple.configuration.management.status-subscriptions",
  identifier: "subscriptions",
  token: `c-${names.join()}`,
  payload: { StatusItems: names.map((Name) => ({ Name })) },
})

const service: ServedDeclaration = {
  kind: "configuration",
  type: "com.apple.configuration.services.configuration-files",
  identifier: "service",
  token: "c-1",
  payload: { ServiceType: "com.apple.sshd", DataAssetReference: "files" },
}

const asset = (server: MdmServer, token: string, more: object = {}): ServedDeclaration => ({
  kind: "asset",
  type: "com.apple.asset.data",
  identifier: "files",
  token,
  payload: {
    Reference: {
      DataURL: `${server.url}/mdm/apple/assets/files.zip`,
      ContentType: "application/zip",
      "Hash-SHA-256": createHash("sha256").update(data).digest("hex"),
      Size: data.length,
      ...more,
    },
    Authentication: { Type: "MDM" },
  },
})

const sync = (server: MdmServer, channel = "device") =>
  server.queue(
    "DeclarativeManagement",
    {
      Data: Buffer.from(JSON.stringify(DeclarativeManagement.syncTokens(server.declarationsToken, new Date()))),
    },
    channel,
  )

/** What it asked since, without the word that they all begin with. */
const asked = (server: MdmServer, channel = "device"): ReadonlyArray<string> =>
  server
    .operation(channel)
    .filter((operation) => operation.startsWith("DeclarativeManagement "))
    .map((operation) => operation.slice("DeclarativeManagement ".length))

const lastStatus = (server: MdmServer) => {
  const received = server.received.findLast(({ operation }) => operation === "DeclarativeManagement status")
  const bytes = received?.message["Data"]
  return Result.getOrThrow(Message.decodeStatusReport(bytes instanceof Uint8Array ? bytes : new Uint8Array()))
}

describe("a device", () => {
  it.live("fetches new declarations and their data and sends a status report", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ kind: "Mac" })
      server.assets.set("files.zip", data)
      server.declarations = [
        activation("service", "subscriptions"),
        service,
        subscriptions("device.operating-system.version", "device.invented"),
        asset(server, "as-1"),
      ]
      server.declarationsToken = "tokens-1"
      sync(server)
      yield* device.wake()
      expect(asked(server)).toEqual([
        "tokens",
        "declaration-items",
        "declaration/activation/all",
        "declaration/asset/files",
        "declaration/configuration/service",
        "declaration/configuration/subscriptions",
        "status",
      ])
      const declarations = (yield* device.state).enrollment?.channels.get("device")?.declarations
      expect(Buffer.from(declarations?.assets.get("files")?.data ?? []).toString()).toBe(data.toString())
      expect(lastStatus(server)).toMatchObject({
        FullReport: true,
        StatusItems: {
          device: { "operating-system": { version: device.profile.osVersion } },
          management: {
            declarations: {
              activations: [{ identifier: "all", active: true, valid: "valid" }],
              assets: [{ identifier: "files", "server-token": "as-1", active: true, valid: "valid" }],
              configurations: [
                { identifier: "service", "server-token": "c-1", active: true, valid: "valid" },
                { identifier: "subscriptions", active: true, valid: "valid" },
              ],
              management: [],
            },
          },
        },
        Errors: [{ StatusItem: "device.invented" }],
      })
    }),
  )

  it.live("fetches nothing when nothing has changed", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      sync(server)
      yield* device.wake()
      const before = asked(server)
      sync(server)
      yield* device.wake()
      expect(before).toEqual(["tokens", "declaration-items", "status"])
      expect(asked(server)).toEqual(before)
      server.queue("DeclarativeManagement")
      yield* device.wake()
      expect(asked(server)).toEqual([...before, "tokens"])
    }),
  )

  it.live("fetches changed declarations only and removes unlisted ones and those answered with 404", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.assets.set("files.zip", data)
      server.declarations = [activation("service"), service, subscriptions(), asset(server, "as-1")]
      server.declarationsToken = "tokens-1"
      sync(server)
      yield* device.wake()
      const before = asked(server).length
      const fetched = () => server.requests.filter(({ path }) => path.includes("/assets/")).length
      expect(fetched()).toBe(1)

      server.declarations = [activation("service"), { ...service, token: "c-2" }, asset(server, "as-1")]
      server.declarationsToken = "tokens-2"
      server.intercept = ({ operation }) =>
        operation.endsWith("declaration/configuration/service") ? { status: 404 } : undefined
      sync(server)
      yield* device.wake()
      expect(asked(server).slice(before)).toEqual([
        "tokens",
        "declaration-items",
        "declaration/configuration/service",
        "status",
      ])
      const items = (yield* device.state).enrollment?.channels.get("device")?.declarations.items
      expect([...(items?.keys() ?? [])].sort()).toEqual(["activation/all", "asset/files"])
      expect(lastStatus(server)).not.toHaveProperty("FullReport")
      expect(lastStatus(server)).toMatchObject({
        StatusItems: {
          management: {
            declarations: {
              activations: [{ valid: "invalid", reasons: [{ code: "Error.MissingConfigurations" }] }],
              configurations: [],
            },
          },
        },
      })
    }),
  )

  it.live("fetches the data of changed assets only", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.assets.set("files.zip", data)
      const fetched: Array<number> = []
      for (const token of ["as-1", "as-1", "as-2"]) {
        server.declarations = [activation("service"), service, asset(server, token)]
        server.declarationsToken += "."
        sync(server)
        yield* device.wake()
        fetched.push(server.requests.filter(({ path }) => path.includes("/assets/")).length)
      }
      expect(fetched).toEqual([1, 1, 2])
    }),
  )

  it.live.each<readonly [name: string, token: string, more: object, body: Buffer | undefined, code: string]>([
    ["other bytes than declared", "1", {}, Buffer.from("THE ASSET'S BYTES"), "Error.AssetCannotBeVerified"],
    ["another size", "2", { Size: 1 }, data, "Error.AssetCannotBeVerified"],
    ["no data", "3", {}, undefined, "Error.AssetCannotBeDownloaded"],
    ["no URL", "4", { DataURL: "nowhere" }, data, "Error.AssetCannotBeDownloaded"],
  ])("reports an asset with %s", ([, token, more, body, code]) =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      if (body !== undefined) server.assets.set("files.zip", body)
      server.declarations = [activation("service"), service, asset(server, token, more)]
      sync(server)
      yield* device.wake()
      expect(lastStatus(server)).toMatchObject({
        StatusItems: {
          management: {
            declarations: {
              assets: [{ active: false, valid: "invalid", reasons: [{ code }] }],
              configurations: [
                { active: false, valid: "invalid", reasons: [{ code: "Error.ConfigurationCannotBeApplied" }] },
              ],
            },
          },
        },
      })
    }),
  )

  it.live("starts again after an interrupted synchronisation", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.declarations = [subscriptions()]
      server.intercept = ({ operation }) => (operation.endsWith(" status") ? { status: 503 } : undefined)
      sync(server)
      expect(yield* Effect.flip(device.wake())).toMatchObject({ reason: "RetryLater" })
      server.intercept = () => undefined
      const before = asked(server).length
      sync(server)
      yield* device.wake()
      expect(asked(server).slice(before)).toEqual([
        "tokens",
        "declaration-items",
        "declaration/configuration/subscriptions",
        "status",
      ])
      expect(lastStatus(server)).toMatchObject({ FullReport: true })
    }),
  )

  it.live.each<readonly [endpoint: string, body: string]>([
    ["tokens", "{}"],
    ["declaration-items", '{"Declarations":{"Activations":[]},"DeclarationsToken":"t"}'],
    ["declaration/configuration/subscriptions", '{"Type":"x","Identifier":"another","ServerToken":"t","Payload":{}}'],
    ["declaration/configuration/subscriptions", "not JSON"],
  ])("cannot do with a wrong answer to %s", ([endpoint, body]) =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.declarations = [subscriptions()]
      server.intercept = ({ operation }) => (operation.endsWith(` ${endpoint}`) ? { body } : undefined)
      sync(server)
      expect(yield* Effect.flip(device.wake())).toMatchObject({ reason: "InvalidResponse" })
      expect((yield* device.state).enrollment?.channels.get("device")?.declarations.token).toBeUndefined()
    }),
  )
})

it.live("a user has separate declarations", () =>
  Effect.gen(function* () {
    const { server, device } = yield* enrolled({ kind: "Mac" })
    yield* device.login({ shortName: "ada" })
    server.declarations = [subscriptions()]
    sync(server, "user:ada")
    yield* device.wake()
    expect(asked(server)).toEqual([])
    expect(asked(server, "user:ada").at(-1)).toBe("status")
    const channels = (yield* device.state).enrollment?.channels
    expect(channels?.get("user:ada")?.declarations.items.size).toBe(1)
    expect(channels?.get("device")?.declarations.items.size).toBe(0)
  }),
)
