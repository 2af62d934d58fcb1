/**
 * The keys that seal secrets in the database: flags, and the file in the data directory.
 *
 * **Details**
 *
 * Without a flag they are in `secrets.key` in the data directory, which is created at the first start. A PostgreSQL database needs a flag: all
 * servers of the database must have the same keys, and a data directory may be gone at the next start.
 */
import { resolve } from "node:path"
import { Sealing, SealingKeyFile } from "@espalier/sql"
import { Array as Arr, Effect, Layer, Option, type Redacted } from "effect"
import { Flag } from "effect/cli"
import * as Flags from "./Flags.ts"
import * as UserError from "./UserError.ts"

/**
 * @category flags
 * @since 0.1.0
 */
export const flags = {
  secretsKey: Flags.secrets(
    "secrets-key",
    "Key that seals secrets in the database (32 bytes in base64); the first seals, the others only open",
  ).pipe(Flag.withMetavar("<key>")),
  secretsKeyFile: Flags.text(
    "secrets-key-file",
    "File with these keys, one a line. Default: secrets.key in the data directory, created at the first start; required with --database-url",
  ).pipe(Flag.withMetavar("<file>"), Flag.optional),
}

/**
 * @category models
 * @since 0.1.0
 */
export interface SecretsKeysOptions {
  readonly secretsKey: ReadonlyArray<Redacted.Redacted>
  readonly secretsKeyFile: Option.Option<string>
  readonly dataDirectory: string
  readonly databaseUrl: Option.Option<Redacted.Redacted>
}

/** The keys of the flags, those of `--secrets-key` first; otherwise those of the data directory. */
const read = Effect.fnUntraced(function* (options: SecretsKeysOptions) {
  const given = yield* Effect.forEach(options.secretsKey, (key) =>
    Effect.fromResult(Sealing.parseKey(key)).pipe(
      Effect.mapError(({ message }) => UserError.make(`--secrets-key: ${message}`)),
    ),
  )
  const file = Option.isSome(options.secretsKeyFile)
    ? yield* SealingKeyFile.read(options.secretsKeyFile.value).pipe(
        Effect.mapError(({ message }) => UserError.make(`--secrets-key-file: ${message}`)),
      )
    : []
  const keys = [...given, ...file]
  if (Arr.isReadonlyArrayNonEmpty(keys)) return keys
  if (Option.isSome(options.databaseUrl)) {
    return yield* UserError.make(
      "--secrets-key-file: required with --database-url; create one with: espalier secrets key create > secrets.key",
    )
  }
  return yield* SealingKeyFile.readOrCreate(resolve(options.dataDirectory, "secrets.key")).pipe(
    Effect.mapError(({ message }) => UserError.make(`--data-directory: ${message}`)),
  )
})

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: SecretsKeysOptions): Layer.Layer<Sealing.Sealing, UserError.UserError> =>
  Layer.effect(Sealing.Sealing, Effect.map(read(options), Sealing.make))
