/**
 * The configuration of the page: JSON in a script element of the page that browsers do not run.
 */
import { Schema } from "effect"

/** An image without another origin: a path, or the image itself. */
const Image = Schema.String.check(
  Schema.isPattern(/^(\/(?!\/)[^\s"'<>]*|data:image\/[\w.+-]+[;,][^\s"'<>]*)$/, {
    message: "Expected a path such as /logo.svg, or a data:image/… URL",
  }),
)

/**
 * How the page shows the vendor: `name` in titles and the header, `logo` in the header, `icon` in the browser's tab, `accentColor` for buttons,
 * links and the current page.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Branding = Schema.Struct({
  name: Schema.NonEmptyString,
  logo: Schema.optionalKey(Image),
  icon: Schema.optionalKey(Image),
  accentColor: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^#[0-9a-fA-F]{6}$/, { message: "Expected a colour such as #087f5b" })),
  ),
}).annotate({ identifier: "Branding" })
/**
 * @category models
 * @since 0.1.0
 */
export type Branding = typeof Branding.Type

/**
 * - `apiOrigin`: the origin of the APIs, such as `https://api.example.com`; empty for the page's own.
 * - `path`: the path of the page, such as `/dashboard`; empty at the root of a host.
 * - `devices`: whether the backend serves the `DevicesApi`, so that the page has devices.
 * - `enrollment`: whether the backend creates enrollment links, so that the page has an *Enroll* button.
 * - `workspaces`: names to offer for a key that grants access to every workspace.
 * - `branding`: see {@link Branding}.
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
  enrollment: Schema.Boolean,
  workspaces: Schema.Array(Schema.String),
  branding: Branding,
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
