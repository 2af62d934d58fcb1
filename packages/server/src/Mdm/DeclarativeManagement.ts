/**
 * Declarative management: the four requests of a synchronizing device, sent as check-ins and answered in JSON.
 *
 * The backend has four tokens, Apple's protocol has one. `combinedDeclarationsToken` makes the one from the four, here and in the `DdmSync` that started
 * the sync, so a device that has everything stops asking.
 */
import { DeclarativeManagement as Apple, type CheckIn, Message } from "@espalier/apple"
import { Problem } from "@espalier/http"
import { combinedDeclarationsToken, type DeclarationItem, type Event, type Scope } from "@espalier/schema"
import { DateTime, Effect, Option, Schema } from "effect"
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
  topic: string,
): Effect.Effect<MdmReply.MdmReply, BackendError | Problem.Problem, ManagementBackend> =>
  Apple.Endpoint.match(Apple.parseEndpoint(message.Endpoint), {
    Tokens: () => tokens(scope),
    DeclarationItems: () => declarationItems(scope),
    Declaration: ({ type, identifier }) => declaration(scope, type, identifier),
    Status: () => status(message.Data ?? new Uint8Array(), scope, topic),
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

/**
 * A status report that the backend does not support counts as delivered; otherwise the device would repeat it endlessly. A push token and its magic in the
 * report are a `TokenUpdate` as well (Apple, status items `mdm.push-token` and `mdm.push-magic`, 27.0).
 */
const status = Effect.fnUntraced(function* (data: Uint8Array, scope: Scope, topic: string) {
  const report = yield* Effect.mapError(
    Effect.fromResult(Message.decodeStatusReport(data)),
    (error) => new Problem.Problem({ status: 400, detail: `Data: ${error.message}` }),
  )
  yield* sendEvent(scope, { _tag: "DeclarationStatus", report })
  const items = decodePushItems(report.StatusItems)
  if (Option.isSome(items)) {
    const { "push-token": pushToken, "push-magic": pushMagic } = items.value.mdm
    yield* sendEvent(scope, { _tag: "TokenUpdate", pushToken, pushMagic, topic, channel: scope._tag })
  }
  return MdmReply.empty
})

const sendEvent = (scope: Scope, event: Event) =>
  ManagementBackend.use((backend) => backend.event({ scope, event })).pipe(
    Effect.catchTag("ManagementNotSupported", () => Effect.void),
  )

const decodePushItems = Schema.decodeUnknownOption(
  Schema.Struct({
    mdm: Schema.Struct({
      "push-token": Schema.NonEmptyString.check(Schema.isBase64()),
      "push-magic": Schema.NonEmptyString,
    }),
  }),
)
