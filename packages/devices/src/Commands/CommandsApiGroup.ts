/**
 * The HTTP API of commands.
 */
import { Authorization, Workspace } from "@espalier/api-keys/api"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { DeviceNotFound } from "../Devices/DeviceNotFound.ts"
import { CommandInput, QueuedCommand } from "./Command.ts"
import { CommandNotFound } from "./CommandNotFound.ts"

/**
 * @category api
 * @since 0.1.0
 */
export class CommandsApiGroup extends HttpApiGroup.make("commands")
  .add(
    HttpApiEndpoint.post("queue", "/devices/:udid/commands", {
      params: { workspace: Workspace, udid: Schema.NonEmptyString },
      payload: CommandInput,
      success: QueuedCommand.pipe(HttpApiSchema.status(201)),
      error: DeviceNotFound,
    }).annotate(OpenApi.Summary, "Queue a command and wake the device"),
    HttpApiEndpoint.get("get", "/commands/:commandUUID", {
      params: { workspace: Workspace, commandUUID: Schema.NonEmptyString },
      success: QueuedCommand,
      error: CommandNotFound,
    }).annotate(OpenApi.Summary, "Get a command"),
  )
  .middleware(Authorization)
  .prefix("/api/workspaces/:workspace")
  .annotateMerge(OpenApi.annotations({ title: "Commands" })) {}
