/**
 * A whole backend from plain functions: one for each webhook, one for each event.
 *
 * {@link layer} provides every service that the routes need. Spread {@link optionalNotSupported} and
 * {@link declarativeManagementNotSupported} for what the backend does not offer.
 */
import { type EventTag, ManagementNotSupported, type WebhookName } from "@espalier/schema"
import { Effect, Layer } from "effect"
import * as Services from "./Services.ts"

/**
 * The webhooks that are answered by one function each: all but `event`.
 *
 * @category models
 * @since 0.1.0
 */
export type AnsweredWebhook = Exclude<WebhookName, "event">

/**
 * What {@link layer} takes: one function for each webhook, and one for each event tag.
 *
 * **Details**
 *
 * `Webhooks` and `Events` name what each function requires, by webhook and by event tag.
 *
 * @category models
 * @since 0.1.0
 */
export type Functions<
  Webhooks extends { readonly [Name in AnsweredWebhook]: unknown },
  Events extends { readonly [Tag in EventTag]: unknown },
> = { readonly event: Services.EventHandlers<Events> } & {
  readonly [Name in keyof Webhooks & AnsweredWebhook]: Services.Handle<Name, Webhooks[Name]>
}

/**
 * Provides every service that the routes need.
 *
 * **Details**
 *
 * The layer requires what the functions require, all together. A function may fail with the four `WebhookError`s and nothing else.
 *
 * **Gotchas**
 *
 * Leaving out a webhook or an event does not compile. Say so explicitly where the backend does not offer one.
 *
 * **Example** (A backend that remembers who enrolled)
 *
 * ```ts
 * import { Handler } from "@espalier/handler"
 * import { Idle, UnknownDevice } from "@espalier/schema"
 * import { Effect } from "effect"
 *
 * const enrolled = new Set<string>()
 *
 * export const Backend = Handler.layer({
 *   event: {
 *     Authenticate: () => Effect.void,
 *     TokenUpdate: (_, scope) => Effect.sync(() => void enrolled.add(scope.udid)),
 *     CheckOut: (_, scope) => Effect.sync(() => void enrolled.delete(scope.udid)),
 *     CommandResult: () => Effect.void,
 *     DeclarationStatus: () => Effect.void,
 *     IdentityExpiring: (event, scope) => Effect.logWarning(`${scope.udid} must renew before ${event.expiresAt}`),
 *   },
 *   checkin: ({ scope }) =>
 *     enrolled.has(scope.udid) ? Effect.succeed(Idle.make({})) : Effect.fail(new UnknownDevice({})),
 *   asset: () => Effect.succeed(null),
 *   ...Handler.declarativeManagementNotSupported,
 *   ...Handler.optionalNotSupported,
 * })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <
  Webhooks extends { readonly [Name in AnsweredWebhook]: unknown },
  Events extends { readonly [Tag in EventTag]: unknown },
>(
  functions: Functions<Webhooks, Events>,
): Layer.Layer<Services.Handlers, never, Webhooks[AnsweredWebhook] | Events[EventTag]> =>
  Layer.mergeAll(
    Services.EventHandler.layerByTag(functions.event),
    Services.CheckInHandler.layer(functions.checkin),
    Services.DeclarationTokensHandler.layer(functions.declarationTokens),
    Services.DeclarationItemsHandler.layer(functions.declarationItems),
    Services.DeclarationHandler.layer(functions.declaration),
    Services.AssetHandler.layer(functions.asset),
    Services.BootstrapTokenHandler.layer(functions.bootstrapToken),
    Services.UserAuthenticateHandler.layer(functions.userAuthenticate),
    Services.TokenHandler.layer(functions.token),
    Services.EnrollHandler.layer(functions.enroll),
    Services.ReturnToServiceHandler.layer(functions.returnToService),
    Services.AdoptHandler.layer(functions.adopt),
  )

/**
 * Answers any webhook with `ManagementNotSupported`.
 *
 * @category functions
 * @since 0.1.0
 */
export const notSupported = (): Effect.Effect<never, ManagementNotSupported> =>
  Effect.fail(new ManagementNotSupported({}))

/**
 * `ManagementNotSupported` for declarative management: `declarationTokens`, `declarationItems` and `declaration`.
 *
 * @category functions
 * @since 0.1.0
 */
export const declarativeManagementNotSupported = {
  declarationTokens: notSupported,
  declarationItems: notSupported,
  declaration: notSupported,
}

/**
 * `ManagementNotSupported` for the optional webhooks: bootstrap tokens, user authentication, GetToken, enrollment, Return to Service and
 * adoption.
 *
 * **Example** (Offering one of them)
 *
 * ```ts
 * import { Handler } from "@espalier/handler"
 * import { Effect } from "effect"
 *
 * export const optional = {
 *   ...Handler.optionalNotSupported,
 *   bootstrapToken: () => Effect.succeed({ bootstrapToken: null }),
 * }
 * ```
 *
 * @category functions
 * @since 0.1.0
 */
export const optionalNotSupported = {
  bootstrapToken: notSupported,
  userAuthenticate: notSupported,
  token: notSupported,
  enroll: notSupported,
  returnToService: notSupported,
  adopt: notSupported,
}
