/**
 * The only workspace of the sample product: its name in the APIs and the dashboard, and its organization in notifications.
 */
import type { NotificationOrganization } from "@espalier/schema"
import { Context } from "effect"

/**
 * The name in paths.
 *
 * @category constants
 */
export const workspace = "example"

/**
 * The address of the backend, such as `http://127.0.0.1:3000`: the whitelabel server's `--webhook-url`.
 *
 * @category services
 */
export class BackendUrl extends Context.Service<BackendUrl, string>()("@espalier/example-in-memory/BackendUrl") {}

/**
 * The address for a browser: browsers keep the session's cookie for `localhost` even without TLS.
 *
 * @category conversions
 */
export const browserUrl = (url: string): string => url.replace("//127.0.0.1:", "//localhost:")

/**
 * An address in the dashboard.
 *
 * @category conversions
 */
export const page = (backend: string, path = ""): string => `${browserUrl(backend)}/dashboard/w/${workspace}${path}`

/**
 * The organization in notifications.
 *
 * @category conversions
 */
export const organization = (backend: string): NotificationOrganization => ({
  id: workspace,
  name: "Espalier Example",
  url: page(backend),
})
