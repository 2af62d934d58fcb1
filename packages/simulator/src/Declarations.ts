/**
 * The device's side of declarative management, for one channel.
 *
 * `tokens` → `declaration-items` → every declaration that is new or has another `ServerToken` → the data of referenced assets → `status`.
 * Declarations that the server no longer lists, or answers with 404, are removed. The changes take effect at the end: an interrupted
 * synchronisation starts again the next time.
 *
 * Source: Apple, "Declarative Management", "DeclarativeManagementRequest".
 */
import { DeclarativeManagement as Apple } from "@espalier/apple"
import { Effect, Result, Schema } from "effect"
import * as Assets from "./Assets.ts"
import * as DeviceContext from "./DeviceContext.ts"
import * as MdmClient from "./MdmClient.ts"
import { invalidResponse, type SimulatorError } from "./SimulatorError.ts"
import type { ChannelName, Declaration, Declarations } from "./State.ts"
import * as StatusReport from "./StatusReport.ts"

const DeclarationAnswer = Schema.Struct({
  Type: Schema.NonEmptyString,
  Identifier: Schema.NonEmptyString,
  ServerToken: Schema.NonEmptyString,
  Payload: Schema.optionalKey(Schema.JsonObject),
})

const fromJson =
  <A>(schema: Schema.Decoder<A>, what: string) =>
  (body: Uint8Array): Effect.Effect<A, SimulatorError> => {
    const decode = Schema.decodeUnknownResult(schema)
    const read = Result.try({
      try: () => decode(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body))),
      catch: () => invalidResponse(what),
    })
    return Effect.mapError(Effect.fromResult(Result.flatMap(read, (decoded) => decoded)), () => invalidResponse(what))
  }

const tokensIn = fromJson(Apple.SyncTokensResponse, "a synchronisation token")
const itemsIn = fromJson(Apple.DeclarationItemsResponse, "a list of declarations")
const declarationIn = fromJson(DeclarationAnswer, "a declaration")

const ask = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  channel: ChannelName,
  endpoint: string,
  data?: Uint8Array,
): Effect.fn.Return<Uint8Array, SimulatorError> {
  const message = {
    MessageType: "DeclarativeManagement",
    Endpoint: endpoint,
    ...(data === undefined ? {} : { Data: data }),
  }
  const operation = `DeclarativeManagement ${endpoint}`
  return (yield* MdmClient.send(context, channel, "checkIn", operation, message)).body
})

const kinds = {
  Activations: "activation",
  Assets: "asset",
  Configurations: "configuration",
  Management: "management",
} as const

const wantedIn = (answer: Apple.DeclarationItemsResponse) =>
  (["Activations", "Assets", "Configurations", "Management"] as const).flatMap((list) =>
    answer.Declarations[list].map((item) => ({ kind: kinds[list], ...item })),
  )

/** One declaration; `undefined` when the server answers 404. */
const fetch = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  channel: ChannelName,
  kind: Apple.DeclarationType,
  identifier: string,
): Effect.fn.Return<Declaration | undefined, SimulatorError> {
  const body = yield* ask(context, channel, `declaration/${kind}/${identifier}`).pipe(
    Effect.catchIf(
      (error) => error.reason === "UnexpectedStatus" && error.status === 404,
      () => Effect.succeed(undefined),
    ),
  )
  if (body === undefined) return undefined
  const answer = yield* declarationIn(body)
  if (answer.Identifier !== identifier) return yield* invalidResponse("the requested declaration")
  return {
    kind,
    type: answer.Type,
    identifier,
    serverToken: answer.ServerToken,
    payload: answer.Payload ?? {},
  }
})

/** Fetches the declarations of `items` that changed. */
const collect = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  channel: ChannelName,
  before: Declarations["items"],
  items: Apple.DeclarationItemsResponse,
): Effect.fn.Return<Declarations["items"], SimulatorError> {
  const after = new Map<string, Declaration>()
  for (const { kind, Identifier, ServerToken } of wantedIn(items)) {
    const key = `${kind}/${Identifier}`
    const present = before.get(key)
    const current = present?.serverToken === ServerToken ? present : yield* fetch(context, channel, kind, Identifier)
    if (current !== undefined) after.set(key, current)
  }
  return after
})

/**
 * Synchronises, unless the token in `data` (of the command) is the current one.
 *
 * @category verbs
 * @since 0.1.0
 */
export const synchronise = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  name: ChannelName,
  data: Uint8Array | undefined,
): Effect.fn.Return<void, SimulatorError> {
  const { declarations: before } = yield* DeviceContext.channel(context, name)
  if (data !== undefined && (yield* tokensIn(data)).SyncTokens.DeclarationsToken === before.token) return
  const { SyncTokens } = yield* tokensIn(yield* ask(context, name, "tokens"))
  if (SyncTokens.DeclarationsToken === before.token) return

  const listed = yield* itemsIn(yield* ask(context, name, "declaration-items"))
  const items = yield* collect(context, name, before.items, listed)
  const assets = yield* Assets.resolve(context, name, items, before.assets)
  const declarations = { token: listed.DeclarationsToken, items, assets }
  const report = StatusReport.make(context.profile, declarations, { full: before.token === undefined })
  yield* ask(context, name, "status", new TextEncoder().encode(JSON.stringify(report)))
  yield* DeviceContext.updateChannel(context, name, (channel) => ({ ...channel, declarations }))
})
