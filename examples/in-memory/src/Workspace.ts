/**
 * The one workspace of the sample product: its customers' name in the APIs and the dashboard, and what notifications say of it.
 */
import type { NotificationOrganization } from "@espalier/schema"
import { Context } from "effect"

/**
 * Its name in paths.
 *
 * @category constants
 */
export const workspace = "example"

/**
 * Where the backend listens, such as `http://127.0.0.1:3000`: the whitelabel server's `--webhook-url`.
 *
 * @category services
 */
export class BackendUrl extends Context.Service<BackendUrl, string>()("@espalier/example-in-memory/BackendUrl") {}

/**
 * An address of this machine as people write it. Browsers keep a session's cookie for this name even without TLS.
 *
 * @category conversions
 */
export const forPeople = (url: string): string => url.replace("//127.0.0.1:", "//localhost:")

/**
 * The workspace's page of the dashboard.
 *
 * @category conversions
 */
export const page = (backend: string, path = ""): string => `${forPeople(backend)}/dashboard/w/${workspace}${path}`

/**
 * The workspace as notifications name it.
 *
 * @category conversions
 */
export const organization = (backend: string): NotificationOrganization => ({
  id: workspace,
  name: "Espalier Example",
  url: page(backend),
})
