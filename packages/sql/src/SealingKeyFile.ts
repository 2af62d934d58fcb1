/**
 * Sealing keys in a file: one key a line, the first one seals. Empty lines and lines that start with `#` are ignored.
 *
 * **Details**
 *
 * `layer` creates the file with a new key if it does not exist, readable by the owner only. The file is never written again. Two processes that
 * start at the same time use the same file.
 *
 * **Gotchas**
 *
 * Without its keys the secrets of a database are lost: back the file up, but not beside the database.
 *
 * @since 0.1.0
 */
import { randomUUID } from "node:crypto"
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { Array as Arr, Effect, Layer, Predicate, Redacted, Schema } from "effect"
import * as Sealing from "./Sealing.ts"

/**
 * A key file that cannot be used. The message says why and holds nothing of the file.
 *
 * @category errors
 * @since 0.1.0
 */
export class SealingKeyFileError extends Schema.TaggedError<SealingKeyFileError>()("SealingKeyFileError", {
  path: Schema.String,
  message: Schema.String,
}) {}

const failed = (path: string, why: string) => new SealingKeyFileError({ path, message: `${path}: ${why}` })

const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && Predicate.isString(error.code) ? error.code : "unknown error"

const readText = (path: string): Effect.Effect<string | undefined, SealingKeyFileError> =>
  Effect.tryPromise({ try: () => readFile(path, "utf8"), catch: codeOf }).pipe(
    Effect.catch((code) =>
      code === "ENOENT"
        ? Effect.undefined
        : Effect.fail(failed(path, `it cannot be read (${code}): check its owner and mode`)),
    ),
  )

const parse = Effect.fnUntraced(function* (path: string, text: string) {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
  if (!Arr.isReadonlyArrayNonEmpty(lines)) return yield* failed(path, "it contains no key")
  return yield* Effect.forEach(lines, (line) =>
    Effect.fromResult(Sealing.parseKey(line)).pipe(Effect.mapError(({ message }) => failed(path, message))),
  )
})

/**
 * The keys of an existing file.
 *
 * @category files
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function* (
  path: string,
): Effect.fn.Return<Arr.NonEmptyReadonlyArray<Sealing.SealingKey>, SealingKeyFileError> {
  const text = yield* readText(path)
  return yield* text === undefined ? failed(path, "it does not exist") : parse(path, text)
})

/** Atomic: written and synced under another name, then linked if the path does not exist. */
const create = (path: string, text: string): Effect.Effect<void, SealingKeyFileError> =>
  Effect.tryPromise({
    try: async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const draft = `${path}.${randomUUID()}`
      try {
        await writeFile(draft, text, { flag: "wx", mode: 0o600, flush: true })
        await link(draft, path)
      } finally {
        await rm(draft, { force: true })
      }
    },
    catch: codeOf,
  }).pipe(
    Effect.catch((code) =>
      code === "EEXIST" ? Effect.void : Effect.fail(failed(path, `it cannot be created (${code})`)),
    ),
  )

/**
 * The keys of a file, which is created with a new key if it does not exist.
 *
 * @category files
 * @since 0.1.0
 */
export const readOrCreate = Effect.fnUntraced(function* (
  path: string,
): Effect.fn.Return<Arr.NonEmptyReadonlyArray<Sealing.SealingKey>, SealingKeyFileError> {
  const found = yield* readText(path)
  if (found !== undefined) return yield* parse(path, found)
  yield* create(path, `${Redacted.value(yield* Sealing.generateKey)}\n`)
  return yield* read(path)
})

/**
 * `Sealing` with the keys of a file, which is created with a new key if it does not exist.
 *
 * **Example**
 *
 * ```ts
 * import { SealingKeyFile } from "@espalier/sql"
 *
 * const sealing = SealingKeyFile.layer("/var/lib/example/secrets.key")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (path: string): Layer.Layer<Sealing.Sealing, SealingKeyFileError> =>
  Layer.effect(Sealing.Sealing, Effect.map(readOrCreate(path), Sealing.make))
