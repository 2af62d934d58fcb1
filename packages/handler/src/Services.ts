/**
 * One service for each webhook. {@link Handler.layer} provides all of them from plain functions; {@link Webhooks} needs them.
 *
 * A service is a function from the decoded request to the answer. It may fail with the four `WebhookError`s and nothing else; a
 * defect becomes an `InternalServerError` whose id is also in the log. Every service has two layers: `layer` takes your function, which may
 * require services of its own, and `layerNotSupported` answers `ManagementNotSupported`. A missing service does not compile.
 */
import type { AnswerOf, Event, EventTag, RequestOf, Scope, WebhookError, WebhookName } from "@espalier/schema"
import { ManagementNotSupported } from "@espalier/schema"
import { Context, Effect, Layer, Tracer } from "effect"
import { asEffect } from "./AsEffect.ts"
import { CurrentCall } from "./CurrentCall.ts"

/**
 * The function that answers one webhook. The answer of `event` is empty (204).
 *
 * @category models
 * @since 0.1.0
 */
export type Handle<Name extends WebhookName, R = never> = (
  request: RequestOf<Name>,
) => Effect.Effect<AnswerOf<Name>, WebhookError, R>

const layerOf =
  <Self, Name extends WebhookName>(service: Context.Service<Self, Handle<Name>>) =>
  <R = never>(handle: Handle<Name, R>): Layer.Layer<Self, never, R> =>
    Layer.effect(
      service,
      Effect.map(
        Effect.context<R>(),
        // Everything but the span and the call comes from the layer: a service is traced under its call, not under the program's start.
        (own): Handle<Name> =>
          (request) =>
            Effect.contextWith((call: Context.Context<never>) =>
              Effect.provideContext(
                asEffect(service.key, handle(request)),
                Context.merge(own, Context.pick(Tracer.ParentSpan, CurrentCall)(call)),
              ),
            ),
      ),
    )

const layerNotSupportedOf = <Self, Name extends WebhookName>(
  service: Context.Service<Self, Handle<Name>>,
): Layer.Layer<Self> => Layer.succeed(service, () => Effect.fail(new ManagementNotSupported({})))

/**
 * The function that handles the events of one tag.
 *
 * @category models
 * @since 0.1.0
 */
export type HandleEvent<Tag extends EventTag, R = never> = (
  event: Extract<Event, { readonly _tag: Tag }>,
  scope: Scope,
) => Effect.Effect<void, WebhookError, R>

/**
 * One function for each event tag.
 *
 * **Details**
 *
 * `Requirements` names what each function requires, by tag.
 *
 * @category models
 * @since 0.1.0
 */
export type EventHandlers<Requirements extends { readonly [Tag in EventTag]: unknown }> = {
  readonly [Tag in keyof Requirements & EventTag]: HandleEvent<Tag, Requirements[Tag]>
}

/**
 * Receives device events. {@link EventHandler.layerByTag} takes one function for each tag.
 *
 * @category services
 * @since 0.1.0
 */
export class EventHandler extends Context.Service<EventHandler, Handle<"event">>()("@espalier/handler/EventHandler") {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)

  /**
   * Takes one function for each event tag. Leaving one out does not compile.
   */
  static layerByTag<Requirements extends { readonly [Tag in EventTag]: unknown }>(
    handlers: EventHandlers<Requirements>,
  ): Layer.Layer<EventHandler, never, Requirements[EventTag]> {
    return EventHandler.layer<Requirements[EventTag]>(({ event, scope }) => {
      switch (event._tag) {
        case "Authenticate":
          return handlers.Authenticate(event, scope)
        case "TokenUpdate":
          return handlers.TokenUpdate(event, scope)
        case "CheckOut":
          return handlers.CheckOut(event, scope)
        case "CommandResult":
          return handlers.CommandResult(event, scope)
        case "DeclarationStatus":
          return handlers.DeclarationStatus(event, scope)
        case "IdentityExpiring":
          return handlers.IdentityExpiring(event, scope)
      }
    })
  }
}

/**
 * Returns the next management action for a device.
 *
 * @category services
 * @since 0.1.0
 */
export class CheckInHandler extends Context.Service<CheckInHandler, Handle<"checkin">>()(
  "@espalier/handler/CheckInHandler",
) {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Returns the four tokens of a channel's declarations.
 *
 * @category services
 * @since 0.1.0
 */
export class DeclarationTokensHandler extends Context.Service<DeclarationTokensHandler, Handle<"declarationTokens">>()(
  "@espalier/handler/DeclarationTokensHandler",
) {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Lists a channel's declarations.
 *
 * @category services
 * @since 0.1.0
 */
export class DeclarationItemsHandler extends Context.Service<DeclarationItemsHandler, Handle<"declarationItems">>()(
  "@espalier/handler/DeclarationItemsHandler",
) {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Returns one declaration; `null` makes the device delete it.
 *
 * @category services
 * @since 0.1.0
 */
export class DeclarationHandler extends Context.Service<DeclarationHandler, Handle<"declaration">>()(
  "@espalier/handler/DeclarationHandler",
) {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Returns the bytes of an asset or their URL; `null` when the asset does not exist.
 *
 * @category services
 * @since 0.1.0
 */
export class AssetHandler extends Context.Service<AssetHandler, Handle<"asset">>()("@espalier/handler/AssetHandler") {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Escrows and returns the bootstrap tokens of Macs. Optional.
 *
 * @category services
 * @since 0.1.0
 */
export class BootstrapTokenHandler extends Context.Service<BootstrapTokenHandler, Handle<"bootstrapToken">>()(
  "@espalier/handler/BootstrapTokenHandler",
) {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Decides whether to manage a directory user's channel. Optional.
 *
 * @category services
 * @since 0.1.0
 */
export class UserAuthenticateHandler extends Context.Service<UserAuthenticateHandler, Handle<"userAuthenticate">>()(
  "@espalier/handler/UserAuthenticateHandler",
) {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Returns tokens for the services that devices name (Apple: GetToken). Optional.
 *
 * @category services
 * @since 0.1.0
 */
export class TokenHandler extends Context.Service<TokenHandler, Handle<"token">>()("@espalier/handler/TokenHandler") {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Decides whether a device gets an enrollment profile. Optional.
 *
 * @category services
 * @since 0.1.0
 */
export class EnrollHandler extends Context.Service<EnrollHandler, Handle<"enroll">>()(
  "@espalier/handler/EnrollHandler",
) {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Returns how an erased device returns to service. Optional.
 *
 * @category services
 * @since 0.1.0
 */
export class ReturnToServiceHandler extends Context.Service<ReturnToServiceHandler, Handle<"returnToService">>()(
  "@espalier/handler/ReturnToServiceHandler",
) {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Decides whether to accept a device that never enrolled here. Optional.
 *
 * @category services
 * @since 0.1.0
 */
export class AdoptHandler extends Context.Service<AdoptHandler, Handle<"adopt">>()("@espalier/handler/AdoptHandler") {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Every service that the routes require.
 *
 * @category services
 * @since 0.1.0
 */
export type Handlers =
  | EventHandler
  | CheckInHandler
  | DeclarationTokensHandler
  | DeclarationItemsHandler
  | DeclarationHandler
  | AssetHandler
  | BootstrapTokenHandler
  | UserAuthenticateHandler
  | TokenHandler
  | EnrollHandler
  | ReturnToServiceHandler
  | AdoptHandler
