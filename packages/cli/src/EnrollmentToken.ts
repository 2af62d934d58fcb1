/**
 * `espalier enrollment-token`: makes the links by which devices enroll, lists them, takes them back.
 *
 * Works on the data directory or database of a server, whether that runs or not.
 */
import { type Authority, EnrollmentToken, Server, Store, type StoreError } from "@espalier/server"
import { Console, DateTime, Duration, Effect, Layer, Option, type Redacted, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { renderUnicodeCompact } from "uqr"
import { refuse } from "./Files.ts"
import * as Flags from "./Flags.ts"
import { storage } from "./ServeFlags.ts"
import { sentence } from "./StartError.ts"

interface Storage {
  readonly dataDirectory: string
  readonly databaseUrl: Option.Option<Redacted.Redacted>
}

/** Does it on what the servers remember; whatever is wrong becomes a sentence. */
const on = <A>({ dataDirectory, databaseUrl }: Storage, deed: Effect.Effect<A, StoreError, Authority | Store>) =>
  Effect.gen(function* () {
    const remembered = Server.state({ dataDirectory, databaseUrl: Option.getOrUndefined(databaseUrl) })
    const context = yield* Effect.mapError(Layer.build(remembered), (error) => refuse(sentence(error)))
    return yield* deed.pipe(
      Effect.provideContext(context),
      Effect.mapError((error) => refuse(`--database-url: ${error.message}`)),
    )
  }).pipe(Effect.scoped)

const create = Command.make(
  "create",
  {
    ...storage,
    origin: Flags.text(
      "origin",
      "Origin of the link, such as https://mdm.example.com. Default: http://localhost:8080",
    ).pipe(Flag.withMetavar("<url>"), Flag.withDefault("http://localhost:8080")),
    devices: Flags.count("devices", "How many devices may enroll with it. Default: 1").pipe(
      Flag.withMetavar("<number>"),
      Flag.withDefault(1),
    ),
    validity: Flags.text("validity", 'How long it counts. Default: "7 days"').pipe(
      Flag.withMetavar("<duration>"),
      Flag.withSchema(Schema.DurationFromString),
      Flag.withDefault(Duration.days(7)),
    ),
    note: Flags.text("note", "For the list: whom it is for").pipe(Flag.withMetavar("<text>"), Flag.withDefault("")),
  },
  (options) =>
    Effect.gen(function* () {
      // Of several origins in the variable, the first.
      const origin = options.origin.split(",", 1)[0] ?? ""
      if (!URL.canParse(origin)) return yield* refuse(`--origin: "${origin}" is no URL such as https://mdm.example.com`)
      const { validity, devices, note } = options
      const created = yield* on(options, EnrollmentToken.create({ validity, limit: devices, note }))
      const link = EnrollmentToken.link(origin, created)
      yield* Console.log(renderUnicodeCompact(link))
      yield* Console.log(`${link}

For ${devices === 1 ? "one device" : `${devices} devices`}, until ${created.expiresAt.toISOString()}. Take it back with:
  espalier enrollment-token revoke ${created.id}`)
    }),
).pipe(Command.withDescription("Make a link, and show it as text and as a QR code"))

const list = Command.make("list", storage, (options) =>
  Effect.gen(function* () {
    const tokens = yield* on(
      options,
      Effect.flatMap(Store, (store) => store.enrollmentTokens),
    )
    if (tokens.length === 0)
      return yield* Console.log("No enrollment tokens: make one with espalier enrollment-token create")
    const now = yield* DateTime.now
    for (const token of tokens) {
      const state = Option.isSome(token.revokedAt)
        ? "revoked"
        : Option.exists(token.expiresAt, (at) => DateTime.isLessThan(at, now))
          ? "expired"
          : Option.exists(token.limit, (limit) => token.used >= limit)
            ? "used up"
            : "valid"
      const limit = Option.match(token.limit, { onNone: () => "∞", onSome: String })
      const until = Option.match(token.expiresAt, { onNone: () => "for ever", onSome: DateTime.formatIso })
      yield* Console.log(`${token.id}  ${state.padEnd(7)}  ${token.used}/${limit}  ${until}  ${token.note}`.trimEnd())
    }
  }),
).pipe(Command.withDescription("List the tokens: id, state, devices enrolled, until when, note"))

const revoke = Command.make(
  "revoke",
  { ...storage, id: Argument.String("id").pipe(Argument.withDescription("The token's id, as list shows it")) },
  (options) =>
    Effect.gen(function* () {
      const known = yield* on(
        options,
        Effect.flatMap(Store, (store) => store.revokeEnrollmentToken(options.id)),
      )
      yield* Console.log(known ? "Revoked." : "Revoked, though no server has heard of it: check the id with list.")
    }),
).pipe(Command.withDescription("Take a token back: it enrolls nobody any more"))

/**
 * @category commands
 * @since 0.1.0
 */
export const enrollmentToken = Command.make("enrollment-token").pipe(
  Command.withDescription("Make, list and revoke the links by which devices enroll"),
  Command.withSubcommands([create, list, revoke]),
)
