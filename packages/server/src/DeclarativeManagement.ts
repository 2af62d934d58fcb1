/**
 * Declarative management: the four questions a synchronising device asks by check-in, answered in JSON.
 *
 * The backend has four tokens, Apple's protocol one: `combinedDeclarationsToken` makes the one out of the four, here and in the `DdmSync`
 * that started it, so a device that has everything stops asking.
 */
import { DeclarativeManagement as Apple, type CheckIn, Message } from "@espalier/apple"
import { combinedDeclarationsToken, type DeclarationItem, type Scope } from "@espalier/schema"
import { DateTime, Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { type BackendError, ManagementBackend } from "./Backend/index.ts"
import * as DeviceResponse from "./DeviceResponse.ts"
import { Refusal } from "./Refusal.ts"

/**
 * Answers one question.
 *
 * @category answers
 * @since 0.1.0
 */
export const answer = (
  message: CheckIn.DeclarativeManagement,
  scope: Scope,
): Effect.Effect<HttpServerResponse.HttpServerResponse, BackendError | Refusal, ManagementBackend> =>
  Apple.Endpoint.match(Apple.parseEndpoint(message.Endpoint), {
    Tokens: () => tokens(scope),
    DeclarationItems: () => declarationItems(scope),
    Declaration: ({ type, identifier }) => declaration(scope, type, identifier),
    Status: () => status(message.Data ?? new Uint8Array(), scope),
    Unknown: () => Effect.fail(new Refusal({ status: 400, detail: "Unknown declarative management Endpoint" })),
  })

const tokens = Effect.fnUntraced(function* (scope: Scope) {
  const backend = yield* ManagementBackend
  const token = combinedDeclarationsToken(yield* backend.declarationTokens({ scope }))
  return HttpServerResponse.jsonUnsafe(Apple.syncTokens(token, yield* DateTime.nowAsDate))
})

const declarationItems = Effect.fnUntraced(function* (scope: Scope) {
  const backend = yield* ManagementBackend
  // Tokens first: should something change in between, the device gets newer items under an older token, and asks again.
  const four = yield* backend.declarationTokens({ scope })
  const items = yield* backend.declarationItems({ scope })
  const body: Apple.DeclarationItemsResponse = {
    Declarations: {
      Activations: items.activations.map(capitalised),
      Configurations: items.configurations.map(capitalised),
      Assets: items.assets.map(capitalised),
      Management: items.management.map(capitalised),
    },
    DeclarationsToken: combinedDeclarationsToken(four),
  }
  return HttpServerResponse.jsonUnsafe(body)
})

const capitalised = (item: DeclarationItem): Apple.DeclarationItem => ({
  Identifier: item.identifier,
  ServerToken: item.serverToken,
})

/** Only the backend's own `null` becomes the 404 that makes a device delete the declaration. */
const declaration = Effect.fnUntraced(function* (scope: Scope, type: Apple.DeclarationType, identifier: string) {
  const backend = yield* ManagementBackend
  const found = yield* backend.declaration({ scope, type, identifier })
  return found === null ? DeviceResponse.status(404) : HttpServerResponse.jsonUnsafe(found)
})

/** A backend that does not want status reports has been told: the device would repeat them for ever otherwise. */
const status = Effect.fnUntraced(function* (data: Uint8Array, scope: Scope) {
  const backend = yield* ManagementBackend
  const report = yield* Effect.mapError(
    Effect.fromResult(Message.decodeStatusReport(data)),
    (error) => new Refusal({ status: 400, detail: `Data: ${error.message}` }),
  )
  yield* backend
    .event({ scope, event: { _tag: "DeclarationStatus", report } })
    .pipe(Effect.catchTag("ManagementNotSupported", () => Effect.void))
  return DeviceResponse.empty
})
