/**
 * `espalier notifications key`: creates, lists and revokes API keys.
 *
 * It works on the data directory or database of a service, whether the service is running or not.
 */
import { ApiKeys } from "@espalier/api-keys"
import { migrate } from "@espalier/notifications"
import { Console, Effect, Layer, Option, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { SqlError } from "effect/sql"
import * as Flags from "../Flags.ts"
import * as StartError from "../StartError.ts"
import * as UserError from "../UserError.ts"
import * as Storage from "./Storage.ts"

/** Runs an effect with the stored keys. An error becomes a message that names the flag. */
const withKeys = <A>(
  options: Storage.StorageOptions,
  use: (keys: ApiKeys["Service"]) => Effect.Effect<A, SqlError.SqlError>,
): Effect.Effect<A, UserError.UserError> =>
  Effect.flatMap(ApiKeys, use).pipe(
    Effect.provide(
      ApiKeys.layer.pipe(Layer.provideMerge(Layer.effectDiscard(migrate)), Layer.provide(Storage.database(options))),
    ),
    Effect.mapError((error) => (error._tag === "UserError" ? error : UserError.make(StartError.message(error)))),
  )

const create = Command.make(
  "create",
  {
    ...Storage.flags,
    workspace: Flags.text("workspace", "The workspace that the key grants access to").pipe(
      Flag.withMetavar("<name>"),
      Flag.optional,
    ),
    allWorkspaces: Flag.Boolean("all-workspaces").pipe(
      Flag.withDescription("Grant access to all workspaces, for your own backend"),
      Flag.withDefault(false),
    ),
    note: Flags.text("note", "A note that list shows, such as who it is for").pipe(
      Flag.withMetavar("<text>"),
      Flag.withDefault(""),
    ),
  },
  Effect.fnUntraced(function* ({ workspace: given, allWorkspaces, note, ...storage }) {
    const workspace = Option.getOrNull(given)
    if ((workspace === null) !== allWorkspaces) {
      return yield* UserError.make("--workspace: set either --workspace or --all-workspaces")
    }
    if (workspace === "" || (workspace !== null && workspace.length > 255)) {
      return yield* UserError.make("--workspace: the name of a workspace has 1 to 255 characters")
    }
    const { id, key } = yield* withKeys(storage, ({ create }) => create({ workspace, note }))
    yield* Console.log(`${Redacted.value(key)}

Valid for ${workspace === null ? "all workspaces" : `the workspace ${workspace}`}; it is not shown again. Send it as: authorization: Bearer …
Revoke it with:
  espalier notifications key revoke ${id}`)
  }),
).pipe(
  Command.withDescription("Create an API key and show it once"),
  Command.withExamples([
    { command: "espalier notifications key create --workspace acme --note dashboard" },
    {
      command: "espalier notifications key create --all-workspaces",
      description: "For your backend, which publishes events",
    },
  ]),
)

const list = Command.make("list", Storage.flags, (options) =>
  Effect.gen(function* () {
    const keys = yield* withKeys(options, ({ list }) => list)
    if (keys.length === 0) return yield* Console.log("No API keys. Create one with: espalier notifications key create")
    for (const { id, workspace, note, createdAt, revokedAt } of keys) {
      const state = revokedAt === null ? "valid  " : "revoked"
      const since = new Date(createdAt).toISOString()
      yield* Console.log(`${id}  ${state}  ${since}  ${workspace ?? "(all workspaces)"}  ${note}`.trimEnd())
    }
  }),
).pipe(Command.withDescription("List the API keys: ID, state, creation time, workspace, note"))

const revoke = Command.make(
  "revoke",
  { ...Storage.flags, id: Argument.String("id").pipe(Argument.withDescription("The key's ID, as list shows it")) },
  ({ id, ...storage }) =>
    Effect.gen(function* () {
      const known = yield* withKeys(storage, ({ revoke }) => revoke(id))
      if (!known)
        return yield* UserError.make(`No API key has the ID ${id}: check it with espalier notifications key list`)
      yield* Console.log("Revoked.")
    }),
).pipe(Command.withDescription("Revoke an API key"))

/**
 * @category commands
 * @since 0.1.0
 */
export const key = Command.make("key").pipe(
  Command.withDescription("Create, list and revoke API keys"),
  Command.withSubcommands([create, list, revoke]),
)
