/**
 * The HTTP API of devices.
 */
import { Authorization, Workspace } from "@espalier/api-keys/api"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { QueuedCommand } from "../Commands/Command.ts"
import { SyncStatus, TargetedDeclaration } from "../Declarations/Declaration.ts"
import { Device, User } from "./Device.ts"
import { DeviceNotFound } from "./DeviceNotFound.ts"
import { DevicePage, DeviceQuery, InvalidDeviceCursor } from "./DeviceQuery.ts"

const channelDetail = { commands: Schema.Array(QueuedCommand), sync: SyncStatus }

/**
 * A device and its users with their commands, results and status. `declarations` are those for any of them and those for every device.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeviceDetail = Schema.Struct({
  ...Device.fields,
  ...channelDetail,
  declarations: Schema.Array(TargetedDeclaration),
  users: Schema.Array(Schema.Struct({ ...User.fields, ...channelDetail })),
}).annotate({ identifier: "DeviceDetail" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeviceDetail = typeof DeviceDetail.Type

/**
 * @category api
 * @since 0.1.0
 */
export class DevicesApiGroup extends HttpApiGroup.make("devices")
  .add(
    HttpApiEndpoint.get("list", "/devices", {
      params: { workspace: Workspace },
      query: DeviceQuery,
      success: DevicePage,
      error: InvalidDeviceCursor,
    }).annotate(OpenApi.Summary, "Search and list devices, also those that checked out"),
    HttpApiEndpoint.get("get", "/devices/:udid", {
      params: { workspace: Workspace, udid: Schema.NonEmptyString },
      success: DeviceDetail,
      error: DeviceNotFound,
    }).annotate(OpenApi.Summary, "Get a device with its users, commands and declarations"),
  )
  .middleware(Authorization)
  .prefix("/api/workspaces/:workspace")
  .annotateMerge(OpenApi.annotations({ title: "Devices" })) {}
