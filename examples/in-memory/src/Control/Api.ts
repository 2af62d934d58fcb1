/**
 * The control API: what an operator, a script or a page of this product asks the backend. Nobody has to log in, so it
 * answers this machine only: see {@link Loopback}.
 */
import { AssetContent, InvalidRequest, PropertyListDictionary, UnknownDevice } from "@espalier/schema"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, HttpApiSchema, OpenApi } from "effect/http-api"
import { QueuedCommand, UnknownCommand } from "../Commands.ts"
import { DeclarationContent } from "../Declaration.ts"
import { Declared, Progress, Target, UnknownDeclaration } from "../Declarations.ts"
import { Device, User } from "../Devices.ts"

/**
 * 403: the request comes from another page or was meant for another host.
 *
 * @category errors
 */
export class Forbidden extends Schema.TaggedError<Forbidden>("Forbidden")(
  "Forbidden",
  { message: Schema.String },
  { httpApiStatus: 403 },
) {}

/**
 * Keeps out the web pages that a browser on this machine happens to show: it reaches loopback addresses too.
 *
 * @category middleware
 */
export class Loopback extends HttpApiMiddleware.Service<Loopback>()("@espalier/example-in-memory/Loopback", {
  error: Forbidden,
}) {}

/**
 * Makes 400 say where the request is wrong, and never what stood there.
 *
 * @category middleware
 */
export class Explained extends HttpApiMiddleware.Service<Explained>()("@espalier/example-in-memory/Explained", {
  error: InvalidRequest,
}) {}

const channelWork = { commands: Schema.Array(QueuedCommand), declarations: Progress }

/**
 * A device and its users with their commands, results and declarations.
 *
 * @category schemas
 */
export const DeviceDetail = Schema.Struct({
  ...Device.fields,
  ...channelWork,
  users: Schema.Array(Schema.Struct({ ...User.fields, ...channelWork })),
}).annotate({ identifier: "DeviceDetail" })
/** @category models */
export type DeviceDetail = typeof DeviceDetail.Type

const identifier = { identifier: Schema.NonEmptyString }

class ControlGroup extends HttpApiGroup.make("control", { topLevel: true })
  .add(
    HttpApiEndpoint.get("listDevices", "/devices", { success: Schema.Array(Device) }),
    HttpApiEndpoint.get("getDevice", "/devices/:udid", {
      params: { udid: Schema.NonEmptyString },
      success: DeviceDetail,
      error: UnknownDevice,
    }),
    HttpApiEndpoint.post("queueCommand", "/devices/:udid/commands", {
      params: { udid: Schema.NonEmptyString },
      payload: Schema.Struct({
        requestType: Schema.NonEmptyString,
        payload: Schema.optionalKey(PropertyListDictionary),
        userId: Schema.optionalKey(Schema.NonEmptyString),
      }),
      success: QueuedCommand.pipe(HttpApiSchema.status(201)),
      error: UnknownDevice,
    }),
    HttpApiEndpoint.get("getCommand", "/commands/:commandUUID", {
      params: { commandUUID: Schema.NonEmptyString },
      success: QueuedCommand,
      error: UnknownCommand,
    }),
    HttpApiEndpoint.get("listDeclarations", "/declarations", { success: Schema.Array(Declared) }),
    HttpApiEndpoint.put("putDeclaration", "/declarations/:identifier", {
      params: identifier,
      query: Target,
      payload: Schema.Struct({ ...DeclarationContent.fields, Identifier: Schema.optionalKey(Schema.String) }),
      success: Declared,
      error: [UnknownDevice, InvalidRequest],
    }),
    HttpApiEndpoint.delete("deleteDeclaration", "/declarations/:identifier", {
      params: identifier,
      query: Target,
      error: UnknownDeclaration,
    }),
    HttpApiEndpoint.put("putAsset", "/assets/:identifier", { params: identifier, payload: AssetContent }),
  )
  .middleware(Explained)
  .middleware(Loopback)
  .prefix("/api") {}

/**
 * The control API.
 *
 * @category api
 */
export class ControlApi extends HttpApi.make("control")
  .add(ControlGroup)
  .annotateMerge(
    OpenApi.annotations({
      title: "Sample backend: control API",
      version: "0.1.0",
      description: "Devices, commands, declarations and assets of the in-memory backend",
    }),
  ) {}
