/**
 * The HTTP API of assets.
 */
import { Authorization, Workspace } from "@espalier/api-keys/api"
import { AssetContent } from "@espalier/schema"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"

/**
 * @category api
 * @since 0.1.0
 */
export class AssetsApiGroup extends HttpApiGroup.make("assets")
  .add(
    HttpApiEndpoint.put("put", "/assets/:identifier", {
      params: { workspace: Workspace, identifier: Schema.NonEmptyString },
      payload: AssetContent,
      success: HttpApiSchema.NoContent,
    }).annotate(OpenApi.Summary, "Upload an asset"),
  )
  .middleware(Authorization)
  .prefix("/api/workspaces/:workspace")
  .annotateMerge(OpenApi.annotations({ title: "Assets" })) {}
