/**
 * The backend's side of each webhook, one service each: you write these, {@link Webhooks} makes an HttpApp of them.
 *
 * A service is one function from the decoded request to the answer. It may fail with the four `WebhookError`s and nothing
 * else; a defect becomes an `InternalServerError` whose id is also in the log. Every service has two layers: `layer` takes your
 * function, which may use services of its own, and `layerNotSupported` answers `ManagementNotSupported`, so a
 * product writes only what it needs. A service that is not provided does not compile.
 */
import type { AnswerOf, Event, EventTag, RequestOf, Scope, WebhookError, WebhookName } from "@espalier/schema"
import { ManagementNotSupported } from "@espalier/schema"
import { Context, Effect, Layer, Tracer } from "effect"

/**
 * What answers one webhook. The events' answer is nothing at all (204).
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
        // All but the span is the layer's own: what a service does belongs to the call, not to the start of the program.
        (own): Handle<Name> =>
          (request) =>
            Effect.contextWith((call: Context.Context<never>) =>
              Effect.provideContext(handle(request), Context.merge(own, Context.pick(Tracer.ParentSpan)(call))),
            ),
      ),
    )

const notSupported = Effect.fail(new ManagementNotSupported({}))

const layerNotSupportedOf = <Self, Name extends WebhookName>(
  service: Context.Service<Self, Handle<Name>>,
): Layer.Layer<Self> => Layer.succeed(service, () => notSupported)

/**
 * Hears what happened on devices. {@link EventHandler.layerCases} demands a case for every event tag.
 *
 * @category services
 * @since 0.1.0
 */
export class EventHandler extends Context.Service<EventHandler, Handle<"event">>()("@espalier/handler/EventHandler") {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)

  /**
   * One function an event tag. A tag left out does not compile.
   */
  static layerCases<A = never, T = never, C = never, R = never, D = never>(cases: {
    readonly Authenticate: EventCase<"Authenticate", A>
    readonly TokenUpdate: EventCase<"TokenUpdate", T>
    readonly CheckOut: EventCase<"CheckOut", C>
    readonly CommandResult: EventCase<"CommandResult", R>
    readonly DeclarationStatus: EventCase<"DeclarationStatus", D>
  }): Layer.Layer<EventHandler, never, A | T | C | R | D> {
    return EventHandler.layer<A | T | C | R | D>(({ event, scope }) => {
      switch (event._tag) {
        case "Authenticate":
          return cases.Authenticate(event, scope)
        case "TokenUpdate":
          return cases.TokenUpdate(event, scope)
        case "CheckOut":
          return cases.CheckOut(event, scope)
        case "CommandResult":
          return cases.CommandResult(event, scope)
        case "DeclarationStatus":
          return cases.DeclarationStatus(event, scope)
      }
    })
  }
}

/**
 * What answers one event tag.
 *
 * @category models
 * @since 0.1.0
 */
export type EventCase<Tag extends EventTag, R> = (
  event: Extract<Event, { readonly _tag: Tag }>,
  scope: Scope,
) => Effect.Effect<void, WebhookError, R>

/**
 * Decides what a device does next.
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
 * Gives the four tokens of a channel's declarations.
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
 * Gives one declaration; `null` makes the device delete it.
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
 * Gives the bytes of an asset, or says where they are; `null` when there is none.
 *
 * @category services
 * @since 0.1.0
 */
export class AssetHandler extends Context.Service<AssetHandler, Handle<"asset">>()("@espalier/handler/AssetHandler") {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Escrows Macs' bootstrap tokens. Optional.
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
 * Decides on directory users' own channels. Optional.
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
 * Gives tokens of the services that devices name (Apple: GetToken). Optional.
 *
 * @category services
 * @since 0.1.0
 */
export class TokenHandler extends Context.Service<TokenHandler, Handle<"token">>()("@espalier/handler/TokenHandler") {
  static readonly layer = layerOf(this)
  static readonly layerNotSupported = layerNotSupportedOf(this)
}

/**
 * Decides who gets an enrollment profile. Optional.
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
 * The services by webhook. A webhook added to the schema's table does not compile here until it has a service.
 *
 * @category services
 * @since 0.1.0
 */
export const handlers = {
  event: EventHandler,
  checkin: CheckInHandler,
  declarationTokens: DeclarationTokensHandler,
  declarationItems: DeclarationItemsHandler,
  declaration: DeclarationHandler,
  asset: AssetHandler,
  bootstrapToken: BootstrapTokenHandler,
  userAuthenticate: UserAuthenticateHandler,
  token: TokenHandler,
  enroll: EnrollHandler,
} as const satisfies { readonly [Name in WebhookName]: { readonly Service: Handle<Name> } }

/**
 * Every service that the routes need.
 *
 * @category services
 * @since 0.1.0
 */
export type Handlers = Context.Service.Identifier<(typeof handlers)[WebhookName]>

/**
 * `ManagementNotSupported` for the webhooks that a backend may lack: bootstrap tokens, user authentication, GetToken, enrollment.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptionalNotSupported: Layer.Layer<
  BootstrapTokenHandler | UserAuthenticateHandler | TokenHandler | EnrollHandler
> = Layer.mergeAll(
  BootstrapTokenHandler.layerNotSupported,
  UserAuthenticateHandler.layerNotSupported,
  TokenHandler.layerNotSupported,
  EnrollHandler.layerNotSupported,
)
