/**
 * `espalier enrollment-token`: creates, lists and revokes the links with which devices enroll.
 *
 * It works on the data directory or database of a server, whether the server is running or not.
 */
import { EnrollmentToken, Store } from "@espalier/server"
import { Console, DateTime, Duration, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { renderUnicodeCompact } from "uqr"
import * as Flags from "./Flags.ts"
import { storage } from "./ServeFlags.ts"
import { withStore } from "./ServerStore.ts"
import * as UserError from "./UserError.ts"

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
    device: Flags.text(
      "device",
      "UDID of an enrolled device that renews its identity with this link; no other device can use the new identity",
    ).pipe(Flag.withMetavar("<udid>"), Flag.optional),
    validity: Flags.text("validity", 'How long it is valid. Default: "7 days"').pipe(
      Flag.withMetavar("<duration>"),
      Flag.withSchema(Schema.DurationFromString),
      Flag.withDefault(Duration.days(7)),
    ),
    note: Flags.text("note", "A note that list shows, such as who it is for").pipe(
      Flag.withMetavar("<text>"),
      Flag.withDefault(""),
    ),
  },
  (options) =>
    Effect.gen(function* () {
      // The variable may hold several origins; the link has the first.
      const origin = options.origin.split(",", 1)[0] ?? ""
      if (!URL.canParse(origin))
        return yield* UserError.make(`--origin: "${origin}" is not a URL such as https://mdm.example.com`)
      const { validity, devices, note } = options
      const device = Option.getOrUndefined(options.device)
      const created = yield* withStore(options, EnrollmentToken.create({ validity, limit: devices, note, device }))
      const link = EnrollmentToken.link(origin, created)
      yield* Console.log(renderUnicodeCompact(link))
      yield* Console.log(`${link}

Valid for ${devices === 1 ? "one device" : `${devices} devices`} until ${created.expiresAt.toISOString()}. Revoke it with:
  espalier enrollment-token revoke ${created.id}`)
    }),
).pipe(Command.withDescription("Create an enrollment link and show it as text and as a QR code"))

const list = Command.make("list", storage, (options) =>
  Effect.gen(function* () {
    const tokens = yield* withStore(
      options,
      Effect.flatMap(Store, (store) => store.enrollmentTokens),
    )
    if (tokens.length === 0)
      return yield* Console.log("No enrollment tokens. Create one with: espalier enrollment-token create")
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
      const until = Option.match(token.expiresAt, { onNone: () => "no expiry", onSome: DateTime.formatIso })
      yield* Console.log(`${token.id}  ${state.padEnd(7)}  ${token.used}/${limit}  ${until}  ${token.note}`.trimEnd())
    }
  }),
).pipe(Command.withDescription("List the tokens: ID, state, enrolled devices, expiry, note"))

const revoke = Command.make(
  "revoke",
  { ...storage, id: Argument.String("id").pipe(Argument.withDescription("The token's ID, as list shows it")) },
  (options) =>
    Effect.gen(function* () {
      const known = yield* withStore(
        options,
        Effect.flatMap(Store, (store) => store.revokeEnrollmentToken(options.id)),
      )
      yield* Console.log(known ? "Revoked." : "Revoked, but no token with this ID is known: check the ID with list.")
    }),
).pipe(Command.withDescription("Revoke a token"))

/**
 * @category commands
 * @since 0.1.0
 */
export const enrollmentToken = Command.make("enrollment-token").pipe(
  Command.withDescription("Create, list and revoke enrollment links"),
  Command.withSubcommands([create, list, revoke]),
)
