/**
 * The HTTP API of exchanges: server-sent events.
 */
import { Authorization, Workspace } from "@espalier/api-keys/api"
import { Exchange } from "@espalier/schema"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"

/**
 * An event of the stream: an exchange under its own id, or a heartbeat, which shows that the stream is open and keeps proxies from closing it. To an
 * `EventSource` exchanges are messages (`onmessage`), heartbeats an event of that name.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ExchangeEvent = Schema.Union([
  Schema.Struct({ event: Schema.Literal("message"), id: Schema.String, data: Schema.fromJsonString(Exchange) }),
  Schema.Struct({ event: Schema.Literal("heartbeat"), data: Schema.Literal("") }),
]).annotate({ identifier: "ExchangeEvent" })
/**
 * @category models
 * @since 0.1.0
 */
export type ExchangeEvent = typeof ExchangeEvent.Type

/**
 * @category api
 * @since 0.1.0
 */
export class ExchangesApiGroup extends HttpApiGroup.make("exchanges")
  .add(
    HttpApiEndpoint.get("stream", "/exchanges", {
      params: { workspace: Workspace },
      query: { udid: Schema.optionalKey(Schema.NonEmptyString) },
      headers: { "last-event-id": Schema.optionalKey(Schema.String) },
      success: HttpApiSchema.StreamSse({ events: ExchangeEvent }),
    })
      .annotate(OpenApi.Summary, "Stream exchanges between devices and server")
      .annotate(
        OpenApi.Description,
        "The last exchanges first, then each new one. The id of an event is the id of its exchange: a client that reconnects with it in `last-event-id` receives every exchange since then that is still kept.",
      ),
  )
  .middleware(Authorization)
  .prefix("/api/workspaces/:workspace")
  .annotateMerge(OpenApi.annotations({ title: "Exchanges" })) {}
