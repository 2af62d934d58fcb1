/**
 * `espalier notifications key`: makes the keys that open the HTTP API, lists them, takes them back.
 *
 * Works on the data directory or database of a service, whether that runs or not.
 */
import { ApiKeys } from "@espalier/api-keys"
import { migrate } from "@espalier/notifications"
import { Console, Effect, Layer, Option, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { SqlError } from "effect/sql"
import * as Files from "../Files.ts"
import * as Flags from "../Flags.ts"
import { sentence } from "../StartError.ts"
import * as Storage from "./Storage.ts"

/** Does it on what is stored; whatever is wrong becomes a sentence. */
const on = <A>(
  options: Storage.StorageOptions,
  deed: (keys: ApiKeys["Service"]) => Effect.Effect<A, SqlError.SqlError>,
): Effect.Effect<A, Files.Refusal> =>
  Effect.flatMap(ApiKeys, deed).pipe(
    Effect.provide(
      ApiKeys.layer.pipe(Layer.provideMerge(Layer.effectDiscard(migrate)), Layer.provide(Storage.database(options))),
    ),
    Effect.mapError((error) => (error._tag === "UserError" ? error : Files.refuse(sentence(error)))),
  )

const create = Command.make(
  "create",
  {
    ...Storage.flags,
    workspace: Flags.text("workspace", "The workspace that it opens").pipe(Flag.withMetavar("<name>"), Flag.optional),
    allWorkspaces: Flag.Boolean("all-workspaces").pipe(
      Flag.withDescription("It opens every workspace: for your own backend"),
      Flag.withDefault(false),
    ),
    note: Flags.text("note", "For the list: whom it is for").pipe(Flag.withMetavar("<text>"), Flag.withDefault("")),
  },
  Effect.fnUntraced(function* ({ workspace: given, allWorkspaces, note, ...storage }) {
    const workspace = Option.getOrNull(given)
    if ((workspace === null) !== allWorkspaces) {
      return yield* Files.refuse("--workspace: say which workspace it opens, or --all-workspaces")
    }
    if (workspace === "" || (workspace !== null && workspace.length > 255)) {
      return yield* Files.refuse("--workspace: a workspace's name has 1 to 255 characters")
    }
    const { id, key } = yield* on(storage, ({ create }) => create({ workspace, note }))
    yield* Console.log(`${Redacted.value(key)}

For ${workspace === null ? "all workspaces" : `the workspace ${workspace}`}; it is shown this once. Send it as authorization: Bearer …
Take it back with:
  espalier notifications key revoke ${id}`)
  }),
).pipe(
  Command.withDescription("Make a key, and show it"),
  Command.withExamples([
    { command: "espalier notifications key create --workspace acme --note dashboard" },
    { command: "espalier notifications key create --all-workspaces", description: "For the backend that publishes" },
  ]),
)

const list = Command.make("list", Storage.flags, (options) =>
  Effect.gen(function* () {
    const keys = yield* on(options, ({ list }) => list)
    if (keys.length === 0) return yield* Console.log("No keys: make one with espalier notifications key create")
    for (const { id, workspace, note, createdAt, revokedAt } of keys) {
      const state = revokedAt === null ? "valid  " : "revoked"
      const since = new Date(createdAt).toISOString()
      yield* Console.log(`${id}  ${state}  ${since}  ${workspace ?? "(all workspaces)"}  ${note}`.trimEnd())
    }
  }),
).pipe(Command.withDescription("List the keys: id, state, made when, workspace, note"))

const revoke = Command.make(
  "revoke",
  { ...Storage.flags, id: Argument.String("id").pipe(Argument.withDescription("The key's id, as list shows it")) },
  ({ id, ...storage }) =>
    Effect.gen(function* () {
      const known = yield* on(storage, ({ revoke }) => revoke(id))
      if (!known)
        return yield* Files.refuse(`There is no key ${id}: espalier notifications key list shows those there are`)
      yield* Console.log("Revoked.")
    }),
).pipe(Command.withDescription("Take a key back: it opens nothing any more"))

/**
 * @category commands
 * @since 0.1.0
 */
export const key = Command.make("key").pipe(
  Command.withDescription("Make, list and revoke the keys that open the API"),
  Command.withSubcommands([create, list, revoke]),
)
