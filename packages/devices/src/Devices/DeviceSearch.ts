/**
 * A page of devices out of all of them, for a storage that holds them in memory.
 */
import { Effect, Option, Schema } from "effect"
import type { Device } from "./Device.ts"
import { modelOf, nameOf, osVersionOf, serialNumberOf } from "./DeviceInfo.ts"
import { type DeviceQuery, InvalidDeviceCursor } from "./DeviceQuery.ts"

type Sort = NonNullable<DeviceQuery["sort"]>

const values: { readonly [Key in Sort]: (device: Device) => string } = {
  name: nameOf,
  model: (device) => modelOf(device) ?? "",
  osVersion: (device) => osVersionOf(device) ?? "",
  serialNumber: (device) => serialNumberOf(device) ?? "",
  lastSeen: ({ lastSeen }) => new Date(lastSeen.epochMilliseconds).toISOString(),
  status: ({ status }) => status,
}

/** The sort value and UDID of the last device of a page. */
const Cursor = Schema.fromJsonString(Schema.Tuple([Schema.String, Schema.String]))
const decode = Schema.decodeUnknownOption(Cursor)
const encode = Schema.encodeSync(Cursor)

/** Numbers in texts by their value: 9.1 before 10.0. */
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" })

type Key = readonly [value: string, udid: string]

const compare = (a: Key, b: Key): number => collator.compare(a[0], b[0]) || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0)

const textOf = (device: Device): string =>
  [
    nameOf(device),
    modelOf(device),
    serialNumberOf(device),
    device.udid,
    ...device.users.map(({ userId, userShortName }) => userShortName ?? userId),
  ]
    .join("\n")
    .toLowerCase()

/**
 * The page that the query asks for.
 *
 * @category searching
 * @since 0.1.0
 */
export const page = <A extends Device>(
  devices: Iterable<A>,
  { search = "", sort = "name", order = "asc", cursor, limit = 50 }: DeviceQuery,
) =>
  Effect.gen(function* () {
    const after = cursor === undefined ? undefined : Option.getOrUndefined(decodeCursor(cursor))
    if (cursor !== undefined && after === undefined) return yield* new InvalidDeviceCursor({})
    const wanted = search.trim().toLowerCase()
    const direction = order === "asc" ? 1 : -1
    const found = [...devices]
      .filter((device) => wanted === "" || textOf(device).includes(wanted))
      .map((device) => ({ device, key: [values[sort](device), device.udid] as const }))
      .sort((a, b) => direction * compare(a.key, b.key))
    const rest = after === undefined ? found : found.filter(({ key }) => direction * compare(key, after) > 0)
    const last = rest.length > limit ? rest[limit - 1] : undefined
    return {
      devices: rest.slice(0, limit).map(({ device }) => device),
      total: found.length,
      ...(last === undefined ? {} : { next: Buffer.from(encode(last.key)).toString("base64url") }),
    }
  })

const decodeCursor = (cursor: string) => decode(Buffer.from(cursor, "base64url").toString())
