/**
 * The handlers of the enrollment API.
 */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { DevicesApi } from "../Api/DevicesApi.ts"
import { orUnavailable } from "../Api/Problems.ts"
import { EnrollmentLinks } from "./EnrollmentLinks.ts"

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(DevicesApi, "enrollment", (handlers) =>
  Effect.map(EnrollmentLinks, (links) =>
    handlers.handle("createLink", ({ params }) => orUnavailable(links.create(params.workspace))),
  ),
)
