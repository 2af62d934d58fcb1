/**
 * Search and sort order of the device list, as they are in the address.
 */
import { DeviceQuery } from "@espalier/devices/api"
import { Option, Schema, Struct } from "effect"

const Search = Schema.Struct(Struct.pick(DeviceQuery.fields, ["search", "sort", "order"]))
export type DeviceListQuery = typeof Search.Type

const decode = Schema.decodeUnknownOption(Search)

/** An invalid address lists all devices by name. */
export const listQueryOf = (search: string): DeviceListQuery =>
  Option.getOrElse(decode(Object.fromEntries(new URLSearchParams(search))), (): DeviceListQuery => ({}))

export const searchOf = (query: DeviceListQuery): string => new URLSearchParams(query).toString()
