/**
 * The configuration of the page: JSON in a script element of the page that browsers do not run.
 */
import { Schema } from "effect"

/**
 * - `apiOrigin`: the origin of the APIs, such as `https://api.example.com`; empty for the page's own.
 * - `path`: the path of the page, such as `/dashboard`; empty at the root of a host.
 * - `devices`: whether the backend serves the `DevicesApi`, so that the page has devices.
 * - `workspaces`: names to offer for a key that grants access to every workspace.
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
    Schema.isPattern(/^(\/[\w.~-]+)*$/, { message: "Expected a path such as /dashboard, without a trailing slash" }),
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
 * The id of the script element.
 *
 * @category configuration
 * @since 0.1.0
 */
export const elementId = "configuration"
