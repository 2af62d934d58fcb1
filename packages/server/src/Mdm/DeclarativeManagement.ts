/**
 * Declarative management: the four requests of a synchronizing device, sent as check-ins and answered in JSON.
 *
 * The backend has four tokens, Apple's protocol has one. `combinedDeclarationsToken` makes the one from the four, here and in the `DdmSync` that started
 * the sync, so a device that has everything stops asking.
 */
import { DeclarativeManagement as Apple, type CheckIn, Message } from "@espalier/apple"
import { Problem } from "@espalier/http"
import { combinedDeclarationsToken, type DeclarationItem, type Scope } from "@espalier/schema"
import { DateTime, Effect } from "effect"
import { type BackendError, ManagementBackend } from "../Backend/index.ts"
import * as MdmReply from "./MdmReply.ts"

/**
 * Replies to one request.
 *
 * @category replies
 * @since 0.1.0
 */
export const reply = (
  message: CheckIn.DeclarativeManagement,
  scope: Scope,
): Effect.Effect<MdmReply.MdmReply, BackendError | Problem.Problem, ManagementBackend> =>
  Apple.Endpoint.match(Apple.parseEndpoint(message.Endpoint), {
    Tokens: () => tokens(scope),
    DeclarationItems: () => declarationItems(scope),
    Declaration: ({ type, identifier }) => declaration(scope, type, identifier),
    Status: () => status(message.Data ?? new Uint8Array(), scope),
    Unknown: () => Effect.fail(new Problem.Problem({ status: 400, detail: "The Endpoint is unknown" })),
  })

const tokens = Effect.fnUntraced(function* (scope: Scope) {
  const backend = yield* ManagementBackend
  const token = combinedDeclarationsToken(yield* backend.declarationTokens({ scope }))
  return MdmReply.json(Apple.syncTokens(token, yield* DateTime.nowAsDate))
})

const declarationItems = Effect.fnUntraced(function* (scope: Scope) {
  const backend = yield* ManagementBackend
  // Tokens first: if something changes in between, the device gets newer items with an older token, and asks again.
  const four = yield* backend.declarationTokens({ scope })
  const items = yield* backend.declarationItems({ scope })
  const body: Apple.DeclarationItemsResponse = {
    Declarations: {
      Activations: items.activations.map(toApple),
      Configurations: items.configurations.map(toApple),
      Assets: items.assets.map(toApple),
      Management: items.management.map(toApple),
    },
    DeclarationsToken: combinedDeclarationsToken(four),
  }
  return MdmReply.json(body)
})

const toApple = (item: DeclarationItem): Apple.DeclarationItem => ({
  Identifier: item.identifier,
  ServerToken: item.serverToken,
})

/** Only a `null` of the backend becomes the 404 that makes a device delete the declaration. */
const declaration = Effect.fnUntraced(function* (scope: Scope, type: Apple.DeclarationType, identifier: string) {
  const backend = yield* ManagementBackend
  const found = yield* backend.declaration({ scope, type, identifier })
  return found === null ? MdmReply.status(404) : MdmReply.json(found)
})

/** A status report that the backend does not support counts as delivered; otherwise the device would repeat it endlessly. */
const status = Effect.fnUntraced(function* (data: Uint8Array, scope: Scope) {
  const backend = yield* ManagementBackend
  const report = yield* Effect.mapError(
    Effect.fromResult(Message.decodeStatusReport(data)),
    (error) => new Problem.Problem({ status: 400, detail: `Data: ${error.message}` }),
  )
  yield* backend
    .event({ scope, event: { _tag: "DeclarationStatus", report } })
    .pipe(Effect.catchTag("ManagementNotSupported", () => Effect.void))
  return MdmReply.empty
})
