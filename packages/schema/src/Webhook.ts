/**
 * The table of webhooks: path, body and answer of each. The `HttpApi`, the handler's services, the client's methods and the OpenAPI
 * document follow from it. A new webhook is a new entry here, and the compiler names every place that must handle it.
 */
import { Schema } from "effect"
import { AdoptAnswer, AdoptRequest } from "./Adopt.ts"
import { AssetAnswer, AssetRequest } from "./Asset.ts"
import { BootstrapTokenAnswer, BootstrapTokenRequest } from "./BootstrapToken.ts"
import {
  DeclarationAnswer,
  DeclarationItems,
  DeclarationRequest,
  DeclarationTokens,
  DeclarativeRequest,
} from "./DeclarativeManagement.ts"
import { EnrollAnswer, EnrollRequest } from "./Enroll.ts"
import { EventRequest } from "./Event.ts"
import { TokenAnswer, TokenRequest } from "./GetToken.ts"
import { CheckInRequest, Manifest } from "./Manifest.ts"
import { ReturnToServiceAnswer, ReturnToServiceRequest } from "./ReturnToService.ts"
import { UserAuthenticateAnswer, UserAuthenticateRequest } from "./UserAuthenticate.ts"

/**
 * One webhook: `POST {base}{path}` with `request` as JSON, answered 200 with `answer` as JSON, or 204 where
 * `answer` is `Schema.Void`. A backend need not offer an `optional` webhook.
 *
 * @category models
 * @since 0.1.0
 */
export interface Webhook {
  readonly path: `/webhook/apple/${string}`
  readonly summary: string
  readonly optional: boolean
  readonly request: PureSchema
  readonly answer: PureSchema
}

/**
 * A schema that requires no service to decode or encode.
 *
 * @category models
 * @since 0.1.0
 */
export type PureSchema = Schema.Top & { readonly DecodingServices: never; readonly EncodingServices: never }

/**
 * All webhooks by name.
 *
 * @category webhooks
 * @since 0.1.0
 */
export const webhooks = {
  event: {
    path: "/webhook/apple/event",
    summary: "Receives Apple device lifecycle and status events",
    optional: false,
    request: EventRequest,
    answer: Schema.Void,
  },
  checkin: {
    path: "/webhook/apple/checkin",
    summary: "Returns the next management action for a device check-in",
    optional: false,
    request: CheckInRequest,
    answer: Manifest,
  },
  declarationTokens: {
    path: "/webhook/apple/declaration-tokens",
    summary: "Returns declarative management tokens",
    optional: false,
    request: DeclarativeRequest,
    answer: DeclarationTokens,
  },
  declarationItems: {
    path: "/webhook/apple/declaration-items",
    summary: "Returns declarative management item identifiers and server tokens",
    optional: false,
    request: DeclarativeRequest,
    answer: DeclarationItems,
  },
  declaration: {
    path: "/webhook/apple/declaration",
    summary: "Returns one declarative management declaration",
    optional: false,
    request: DeclarationRequest,
    answer: DeclarationAnswer,
  },
  asset: {
    path: "/webhook/apple/asset",
    summary: "Returns one asset by identifier",
    optional: false,
    request: AssetRequest,
    answer: AssetAnswer,
  },
  bootstrapToken: {
    path: "/webhook/apple/bootstrap-token",
    summary: "Escrows or returns a Mac's bootstrap token",
    optional: true,
    request: BootstrapTokenRequest,
    answer: BootstrapTokenAnswer,
  },
  userAuthenticate: {
    path: "/webhook/apple/user-authenticate",
    summary: "Decides whether to manage a directory user's channel",
    optional: true,
    request: UserAuthenticateRequest,
    answer: UserAuthenticateAnswer,
  },
  token: {
    path: "/webhook/apple/token",
    summary: "Returns a token for a service that the device names",
    optional: true,
    request: TokenRequest,
    answer: TokenAnswer,
  },
  enroll: {
    path: "/webhook/apple/enroll",
    summary: "Decides whether a device gets an enrollment profile, and the texts in it",
    optional: true,
    request: EnrollRequest,
    answer: EnrollAnswer,
  },
  returnToService: {
    path: "/webhook/apple/return-to-service",
    summary: "Returns how an erased device returns to service",
    optional: true,
    request: ReturnToServiceRequest,
    answer: ReturnToServiceAnswer,
  },
  adopt: {
    path: "/webhook/apple/adopt",
    summary: "Decides whether to accept a device that never enrolled here",
    optional: true,
    request: AdoptRequest,
    answer: AdoptAnswer,
  },
} as const satisfies Record<string, Webhook>

/**
 * @category webhooks
 * @since 0.1.0
 */
export type Webhooks = typeof webhooks
/**
 * @category webhooks
 * @since 0.1.0
 */
export type WebhookName = keyof Webhooks
/**
 * The decoded body of a webhook.
 *
 * @category webhooks
 * @since 0.1.0
 */
export type RequestOf<Name extends WebhookName> = Webhooks[Name]["request"]["Type"]
/**
 * The answer of a webhook.
 *
 * @category webhooks
 * @since 0.1.0
 */
export type AnswerOf<Name extends WebhookName> = Webhooks[Name]["answer"]["Type"]

/**
 * One webhook, typed by its name.
 *
 * @category webhooks
 * @since 0.1.0
 */
export interface WebhookOf<Name extends WebhookName> extends Webhook {
  readonly request: Schema.Codec<RequestOf<Name>, unknown>
  readonly answer: Schema.Codec<AnswerOf<Name>, unknown>
}

const byName: { readonly [Name in WebhookName]: WebhookOf<Name> } = webhooks

/**
 * Returns a webhook by its name, for code that is generic in the name.
 *
 * @category webhooks
 * @since 0.1.0
 */
export const webhookOf = <Name extends WebhookName>(name: Name): WebhookOf<Name> => byName[name]
