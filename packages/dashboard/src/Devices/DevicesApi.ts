/**
 * What a backend offers to have a devices page: its devices, their commands and declarations, and the conversation as it happens. A
 * vendor's backend implements it over its own services, as the sample product does.
 */
import { Authorization, Workspace } from "@espalier/api-keys/api"
import { AssetContent, Exchange } from "@espalier/schema"
import { Schema } from "effect"
import {
  HttpApi,
  HttpApiEndpoint,
  HttpApiError,
  HttpApiGroup,
  HttpApiMiddleware,
  HttpApiSchema,
  OpenApi,
} from "effect/http-api"
import { CommandInput, QueuedCommand } from "./Command.ts"
import { DeclarationContent, Declared, Target } from "./Declaration.ts"
import { Device, Progress, User } from "./Device.ts"

/**
 * 404: the workspace manages no such device or user.
 *
 * @category errors
 * @since 0.1.0
 */
export class DeviceUnknown extends HttpApiError.Problem<DeviceUnknown>()("DeviceUnknown", {
  type: "urn:espalier:problem:device-unknown",
  status: 404,
  title: "No such device or user is managed here",
}) {}

/**
 * 404: no command of that UUID: never queued, or forgotten since.
 *
 * @category errors
 * @since 0.1.0
 */
export class CommandUnknown extends HttpApiError.Problem<CommandUnknown>()("CommandUnknown", {
  type: "urn:espalier:problem:command-unknown",
  status: 404,
  title: "No such command",
}) {}

/**
 * 404: nothing of that identifier is declared for that target.
 *
 * @category errors
 * @since 0.1.0
 */
export class DeclarationUnknown extends HttpApiError.Problem<DeclarationUnknown>()("DeclarationUnknown", {
  type: "urn:espalier:problem:declaration-unknown",
  status: 404,
  title: "No such declaration for that target",
}) {}

const channelWork = { commands: Schema.Array(QueuedCommand), progress: Progress }

/**
 * A device and its users with their commands, results and declarations. `declared` is what is declared for any of them, or for every device.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeviceDetail = Schema.Struct({
  ...Device.fields,
  ...channelWork,
  declared: Schema.Array(Declared),
  users: Schema.Array(Schema.Struct({ ...User.fields, ...channelWork })),
}).annotate({ identifier: "DeviceDetail" })
/**
 * @category models
 * @since 0.1.0
 */
export type DeviceDetail = typeof DeviceDetail.Type

/**
 * An event of the trace as it travels: an exchange under its own id, or a heartbeat, which says that the stream lives and keeps proxies from
 * cutting it. To an `EventSource` the first are messages (`onmessage`), the second an event of that name.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TraceEvent = Schema.Union([
  Schema.Struct({ event: Schema.Literal("message"), id: Schema.String, data: Schema.fromJsonString(Exchange) }),
  Schema.Struct({ event: Schema.Literal("heartbeat"), data: Schema.Literal("") }),
]).annotate({ identifier: "TraceEvent" })
/**
 * @category models
 * @since 0.1.0
 */
export type TraceEvent = typeof TraceEvent.Type

const workspace = { workspace: Workspace }
const device = { workspace: Workspace, udid: Schema.NonEmptyString }
const named = { workspace: Workspace, identifier: Schema.NonEmptyString }

/**
 * @category api
 * @since 0.1.0
 */
export class DevicesGroup extends HttpApiGroup.make("devices")
  .add(
    HttpApiEndpoint.get("list", "/devices", { params: workspace, success: Schema.Array(Device) }).annotate(
      OpenApi.Summary,
      "The devices, those that left too",
    ),
    HttpApiEndpoint.get("get", "/devices/:udid", {
      params: device,
      success: DeviceDetail,
      error: DeviceUnknown,
    }).annotate(OpenApi.Summary, "A device with its users, commands and declarations"),
    HttpApiEndpoint.post("queueCommand", "/devices/:udid/commands", {
      params: device,
      payload: CommandInput,
      success: QueuedCommand.pipe(HttpApiSchema.status(201)),
      error: DeviceUnknown,
    }).annotate(OpenApi.Summary, "Queue a command, and wake the device"),
    HttpApiEndpoint.get("getCommand", "/commands/:commandUUID", {
      params: { ...workspace, commandUUID: Schema.NonEmptyString },
      success: QueuedCommand,
      error: CommandUnknown,
    }).annotate(OpenApi.Summary, "What became of a command"),
    HttpApiEndpoint.get("listDeclarations", "/declarations", {
      params: workspace,
      success: Schema.Array(Declared),
    }).annotate(OpenApi.Summary, "What is declared, and for whom"),
    HttpApiEndpoint.put("putDeclaration", "/declarations/:identifier", {
      params: named,
      query: Target,
      payload: DeclarationContent,
      success: Declared,
      error: DeviceUnknown,
    }).annotate(OpenApi.Summary, "Declare something, for every device or for the channel in the query"),
    HttpApiEndpoint.delete("deleteDeclaration", "/declarations/:identifier", {
      params: named,
      query: Target,
      success: HttpApiSchema.NoContent,
      error: DeclarationUnknown,
    }).annotate(OpenApi.Summary, "Declare it no longer"),
    HttpApiEndpoint.put("putAsset", "/assets/:identifier", {
      params: named,
      payload: AssetContent,
      success: HttpApiSchema.NoContent,
    }).annotate(OpenApi.Summary, "Put up an asset's bytes"),
    HttpApiEndpoint.get("trace", "/trace", {
      params: workspace,
      query: { udid: Schema.optionalKey(Schema.NonEmptyString) },
      headers: { "last-event-id": Schema.optionalKey(Schema.String) },
      success: HttpApiSchema.StreamSse({ events: TraceEvent }),
    }).annotate(
      OpenApi.Summary,
      "The conversation as it happens: the last exchanges first, then each new one. An event's id is its exchange's; a client that comes back with it misses nothing that is still kept",
    ),
  )
  .middleware(Authorization)
  .prefix("/api/workspaces/:workspace")
  .annotateMerge(OpenApi.annotations({ title: "Devices" })) {}

/**
 * @category api
 * @since 0.1.0
 */
export class DevicesApi extends HttpApi.make("devices")
  .add(DevicesGroup)
  .middleware(HttpApiMiddleware.ProblemDetails)
  .annotateMerge(
    OpenApi.annotations({
      title: "Devices",
      version: "1.0.0",
      description: "What a backend offers to have a devices page",
      license: { name: "MIT" },
    }),
  ) {}
