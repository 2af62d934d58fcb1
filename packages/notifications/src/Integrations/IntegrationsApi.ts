/**
 * Integrations over HTTP.
 */
import { Authorization, PathSegment, strict, Workspace } from "@espalier/api-keys/api"
import { Integration, SubscriptionName } from "@espalier/schema"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, HttpApiSchema, OpenApi } from "effect/http-api"
import { InvalidAddress, InvalidUrl } from "../Addresses/AddressError.ts"
import { IdempotencyKeyConflict, InvalidIdempotencyKey } from "../IdempotencyKey.ts"
import {
  IntegrationConflict,
  IntegrationDisabled,
  IntegrationNotFound,
  InvalidSubscriptions,
  TooManyIntegrations,
  TooManyTests,
} from "./IntegrationError.ts"
import { IntegrationEdit, IntegrationInput, IntegrationWithSecret, TestSent } from "./IntegrationInput.ts"
import { InvalidSetting } from "./SettingsInput.ts"

const params = { workspace: Workspace, id: PathSegment }
/** Seconds, at most 30 days. */
const overlap = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 0, maximum: 2_592_000 }))
const inputErrors = [InvalidUrl, InvalidAddress, InvalidSubscriptions, InvalidSetting, IntegrationConflict] as const

/**
 * @category api
 * @since 0.1.0
 */
export class IntegrationsGroup extends HttpApiGroup.make("integrations")
  .add(
    HttpApiEndpoint.get("list", "/integrations", {
      params: { workspace: Workspace },
      success: Schema.Array(Integration),
    }).annotate(OpenApi.Summary, "List the integrations of the workspace, oldest first"),
    HttpApiEndpoint.post("create", "/integrations", {
      params: { workspace: Workspace },
      headers: { "idempotency-key": Schema.optionalKey(Schema.String) },
      payload: IntegrationInput,
      success: IntegrationWithSecret.pipe(HttpApiSchema.status(201)),
      error: [...inputErrors, TooManyIntegrations, InvalidIdempotencyKey, IdempotencyKeyConflict],
    }).annotate(OpenApi.Summary, "Create an integration; a repetition with the same idempotency key returns it again"),
    HttpApiEndpoint.get("get", "/integrations/:id", {
      params,
      success: Integration,
      error: IntegrationNotFound,
    }).annotate(OpenApi.Summary, "Get an integration"),
    HttpApiEndpoint.patch("edit", "/integrations/:id", {
      params,
      payload: IntegrationEdit,
      success: Integration,
      error: [...inputErrors, IntegrationNotFound],
    }).annotate(OpenApi.Summary, "Update an integration"),
    HttpApiEndpoint.delete("delete", "/integrations/:id", {
      params,
      success: HttpApiSchema.NoContent,
      error: IntegrationNotFound,
    }).annotate(OpenApi.Summary, "Delete an integration and its deliveries"),
    HttpApiEndpoint.post("enable", "/integrations/:id/enable", {
      params,
      success: Integration,
      error: IntegrationNotFound,
    }).annotate(OpenApi.Summary, "Enable an integration; its pending deliveries are sent"),
    HttpApiEndpoint.post("disable", "/integrations/:id/disable", {
      params,
      success: Integration,
      error: IntegrationNotFound,
    }).annotate(OpenApi.Summary, "Disable an integration; its pending deliveries wait"),
    HttpApiEndpoint.post("rotateSecret", "/integrations/:id/rotate-secret", {
      params,
      query: { overlap: Schema.optional(overlap) },
      success: IntegrationWithSecret,
      error: IntegrationNotFound,
    }).annotate(
      OpenApi.Summary,
      "Rotate the secret; the old one signs as well for overlap seconds, 24 hours by default",
    ),
    HttpApiEndpoint.post("sendTest", "/integrations/:id/test", {
      params,
      payload: Schema.Struct({ event: Schema.optionalKey(SubscriptionName) }),
      success: TestSent.pipe(HttpApiSchema.status(202)),
      error: [IntegrationNotFound, IntegrationDisabled, TooManyTests],
    }).annotate(OpenApi.Summary, "Send a test event to the integration; by default an example of its first event"),
  )
  .middleware(Authorization)
  .middleware(HttpApiMiddleware.ProblemDetails)
  .prefix("/api/workspaces/:workspace")
  .annotate(HttpApi.PayloadParseOptions, strict)
  .annotateMerge(OpenApi.annotations({ title: "Integrations" })) {}
