/**
 * The HTTP API of declarations.
 */
import { Authorization, Workspace } from "@espalier/api-keys/api"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { DeviceNotFound } from "../Devices/DeviceNotFound.ts"
import { DeclarationContent, Target, TargetedDeclaration } from "./Declaration.ts"
import { DeclarationNotFound } from "./DeclarationNotFound.ts"

const params = { workspace: Workspace, identifier: Schema.NonEmptyString }

/**
 * @category api
 * @since 0.1.0
 */
export class DeclarationsApiGroup extends HttpApiGroup.make("declarations")
  .add(
    HttpApiEndpoint.get("list", "/declarations", {
      params: { workspace: Workspace },
      success: Schema.Array(TargetedDeclaration),
    }).annotate(OpenApi.Summary, "List declarations with their targets"),
    HttpApiEndpoint.put("put", "/declarations/:identifier", {
      params,
      query: Target,
      payload: DeclarationContent,
      success: TargetedDeclaration,
      error: DeviceNotFound,
    }).annotate(OpenApi.Summary, "Create or replace a declaration for every device, or for the channel in the query"),
    HttpApiEndpoint.delete("delete", "/declarations/:identifier", {
      params,
      query: Target,
      success: HttpApiSchema.NoContent,
      error: DeclarationNotFound,
    }).annotate(OpenApi.Summary, "Delete a declaration"),
  )
  .middleware(Authorization)
  .prefix("/api/workspaces/:workspace")
  .annotateMerge(OpenApi.annotations({ title: "Declarations" })) {}
