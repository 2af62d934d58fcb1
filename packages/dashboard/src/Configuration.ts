/**
 * What the page must know of where it is served. It stands in the page as JSON, in a script element that no browser runs.
 */
import { Schema } from "effect"

/**
 * - `apiOrigin`: the origin of the APIs, such as `https://api.example.com`; empty where it is the page's own.
 * - `path`: below which path the page is served, such as `/dashboard`; empty at the root of a host.
 * - `devices`: whether there is a `DevicesApi` behind, so that the page offers its devices.
 * - `workspaces`: names to offer somebody whose key opens all of them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Configuration = Schema.Struct({
  apiOrigin: Schema.String.check(
    Schema.isPattern(/^(https?:\/\/[^/\s?#@;,']+)?$/, {
      message: "Expected an origin such as https://api.example.com",
    }),
  ),
  path: Schema.String.check(
    Schema.isPattern(/^(\/[\w.~-]+)*$/, { message: "Expected a path such as /dashboard, without a slash at its end" }),
  ),
  devices: Schema.Boolean,
  workspaces: Schema.Array(Schema.String),
}).annotate({ identifier: "Configuration" })
/**
 * @category models
 * @since 0.1.0
 */
export type Configuration = typeof Configuration.Type

/**
 * Where the JSON stands in the page.
 *
 * @category configuration
 * @since 0.1.0
 */
export const elementId = "configuration"
