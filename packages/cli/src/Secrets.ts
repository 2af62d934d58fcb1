/**
 * `espalier secrets`: the keys that seal secrets in the database of the notifications service.
 */
import { migrate, rotateSealedSecrets } from "@espalier/notifications"
import { Sealing } from "@espalier/sql"
import { Console, Effect, Redacted } from "effect"
import { Command } from "effect/cli"
import * as Storage from "./notifications/Storage.ts"
import * as SecretsKeys from "./SecretsKeys.ts"
import * as StartError from "./StartError.ts"
import * as UserError from "./UserError.ts"

const rotate = Command.make("rotate", { ...Storage.flags, ...SecretsKeys.flags }, (options) =>
  Effect.gen(function* () {
    yield* migrate
    const { sealed, damaged } = yield* rotateSealedSecrets((count) =>
      count === 0 ? Effect.void : Console.log(`${count} sealed with the first key…`),
    )
    yield* Console.log(
      `Done: ${sealed} sealed. Every secret is sealed with the first key; the other keys are not needed.`,
    )
    if (damaged > 0) {
      yield* Console.error(`${damaged} damaged and left as they are: rotate the secrets of their integrations.`)
    }
  }).pipe(
    Effect.provide(SecretsKeys.layer(options)),
    Effect.provide(Storage.database(options)),
    Effect.mapError((error) => (error._tag === "UserError" ? error : UserError.make(StartError.message(error)))),
  ),
).pipe(
  Command.withDescription("Seal all secrets again with the first key; may be interrupted and repeated"),
  Command.withExamples([
    {
      command: "espalier secrets rotate --data-directory /var/lib/espalier",
      description: "After a new key was added as the first line of secrets.key, and every server was restarted",
    },
  ]),
)

const create = Command.make("create", {}, () =>
  Effect.flatMap(Sealing.generateKey, (key) => Console.log(Redacted.value(key))),
).pipe(Command.withDescription("Create a key and print it"))

/**
 * @category commands
 * @since 0.1.0
 */
export const secrets = Command.make("secrets").pipe(
  Command.withDescription("Create keys that seal secrets in the database, and rotate them"),
  Command.withSubcommands([
    rotate,
    Command.make("key").pipe(Command.withDescription("Create keys"), Command.withSubcommands([create])),
  ]),
)
