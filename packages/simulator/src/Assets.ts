/**
 * The data behind asset declarations: fetched once for each `ServerToken`, and only for assets that a configuration refers to.
 *
 * Size and SHA-256 of the declaration must match the data. Source: Apple, "AssetData".
 */
import { createHash } from "node:crypto"
import { Effect, Schema } from "effect"
import type * as DeviceContext from "./DeviceContext.ts"
import * as MdmClient from "./MdmClient.ts"
import type { SimulatorError } from "./SimulatorError.ts"
import type { AssetData, ChannelName, Declaration, Declarations } from "./State.ts"

const Reference = Schema.Struct({
  Reference: Schema.Struct({
    DataURL: Schema.String,
    Size: Schema.optionalKey(Schema.Int),
    "Hash-SHA-256": Schema.optionalKey(Schema.String),
  }),
  Authentication: Schema.optionalKey(Schema.Struct({ Type: Schema.String })),
})
const isReference = Schema.is(Reference)
type Reference = typeof Reference.Type

/**
 * Identifiers of the assets that a payload refers to: strings under keys that end in `AssetReference`, or in an array under such a
 * key in the plural.
 *
 * @category accessors
 * @since 0.1.0
 */
export const referencesIn = (payload: Schema.JsonObject): ReadonlySet<string> => {
  const found = new Set<string>()
  const open: Array<readonly [key: string, value: Schema.Json]> = Object.entries(payload)
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const [key, value] = entry
    if (typeof value === "string") {
      if (/AssetReferences?$/.test(key)) found.add(value)
    } else if (Array.isArray(value)) {
      for (const item of value) open.push([key, item])
    } else if (typeof value === "object" && value !== null) {
      open.push(...Object.entries(value))
    }
  }
  return found
}

const plain = (context: DeviceContext.DeviceContext, channel: ChannelName, url: string) =>
  context.transport.send({ channel, operation: "asset", method: "GET", url })

const problemWith = (data: Uint8Array, { Reference: wanted }: Reference): string | undefined => {
  const hash = wanted["Hash-SHA-256"] ?? ""
  const right =
    (wanted.Size === undefined || wanted.Size === data.length) &&
    (hash === "" || hash.toLowerCase() === createHash("sha256").update(data).digest("hex"))
  return right ? undefined : "Error.AssetCannotBeVerified"
}

const fetch = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  channel: ChannelName,
  { serverToken, payload }: Declaration,
): Effect.fn.Return<AssetData, SimulatorError> {
  const unusable = (problem: string): AssetData => ({ serverToken, data: undefined, problem })
  if (!isReference(payload)) return unusable("Error.ConfigurationIsInvalid")
  const url = payload.Reference.DataURL
  const answer = yield* (
    payload.Authentication?.Type === "MDM"
      ? MdmClient.fetchAsDevice(context, channel, url)
      : plain(context, channel, url)
  ).pipe(
    Effect.catchIf(
      ({ reason }) => reason === "UnexpectedStatus" || reason === "Unreachable",
      () => Effect.succeed(undefined),
    ),
  )
  if (answer === undefined || answer.status !== 200) return unusable("Error.AssetCannotBeDownloaded")
  const problem = problemWith(answer.body, payload)
  return problem === undefined ? { serverToken, data: answer.body } : unusable(problem)
})

/** Whether the asset refers to data at a URL; other assets contain their data. */
const isRemote = ({ kind, payload }: Declaration): boolean => kind === "asset" && Object.hasOwn(payload, "Reference")

/**
 * The data of all assets that are referred to.
 *
 * @category verbs
 * @since 0.1.0
 */
export const resolve = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  channel: ChannelName,
  items: Declarations["items"],
  before: Declarations["assets"],
): Effect.fn.Return<Declarations["assets"], SimulatorError> {
  const declarations = [...items.values()]
  const wanted = new Set(
    declarations.filter(({ kind }) => kind === "configuration").flatMap(({ payload }) => [...referencesIn(payload)]),
  )
  const after = new Map<string, AssetData>()
  for (const declaration of declarations) {
    const { identifier, serverToken } = declaration
    if (!isRemote(declaration) || !wanted.has(identifier)) continue
    const present = before.get(identifier)
    const usable = present?.serverToken === serverToken && present.data !== undefined
    after.set(identifier, usable ? present : yield* fetch(context, channel, declaration))
  }
  return after
})
