/**
 * The database of the notifications service: a SQLite file in the data directory, or a PostgreSQL database, which it can share with the server.
 */
import { mkdir } from "node:fs/promises"
import { resolve } from "node:path"
import { Database } from "@espalier/sql"
import { Effect, Layer, Option, Redacted } from "effect"
import { Flag } from "effect/cli"
import * as Flags from "../Flags.ts"
import { storage } from "../ServeFlags.ts"
import * as UserError from "../UserError.ts"

/**
 * @category flags
 * @since 0.1.0
 */
export const flags = {
  dataDirectory: Flags.text("data-directory", "Directory of the database, notifications.db. Default: .espalier").pipe(
    Flag.withMetavar("<directory>"),
    Flag.withDefault(".espalier"),
  ),
  databaseUrl: storage.databaseUrl,
}

/**
 * @category models
 * @since 0.1.0
 */
export interface StorageOptions {
  readonly dataDirectory: string
  readonly databaseUrl: Option.Option<Redacted.Redacted>
}

/**
 * The open database. Creates the data directory if it does not exist.
 *
 * @category layers
 * @since 0.1.0
 */
export const database = ({ dataDirectory, databaseUrl }: StorageOptions) =>
  Layer.unwrap(
    Effect.gen(function* () {
      if (Option.isSome(databaseUrl)) return Database.layer({ url: databaseUrl.value })
      yield* Effect.tryPromise({
        try: () => mkdir(dataDirectory, { recursive: true, mode: 0o700 }),
        catch: () => UserError.make(`--data-directory: ${dataDirectory} does not exist and cannot be created`),
      })
      const file = resolve(dataDirectory, "notifications.db")
      return Database.layer({ url: Redacted.make(`sqlite://${encodeURI(file)}`) })
    }),
  )
