/**
 * The PEM files that flags name. They are read at the start, so that an error is reported before the server listens.
 */
import { createPrivateKey, type KeyObject } from "node:crypto"
import { readFile } from "node:fs/promises"
import { Certificate } from "@espalier/apple"
import { Effect, Result } from "effect"
import * as UserError from "./UserError.ts"

/**
 * The text of a file.
 *
 * @category files
 * @since 0.1.0
 */
export const text = (flag: string, path: string): Effect.Effect<string, UserError.UserError> =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: () => UserError.make(`--${flag}: ${path} cannot be read`),
  })

const blocks = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * The certificates of a PEM file in their order, at least one.
 *
 * @category files
 * @since 0.1.0
 */
export const certificates = (flag: string, path: string) =>
  Effect.flatMap(text(flag, path), (pem) =>
    Result.match(Result.all((pem.match(blocks) ?? []).map(Certificate.fromPem)), {
      onSuccess: (found) =>
        found.length === 0
          ? Effect.fail(UserError.make(`--${flag}: ${path} contains no PEM certificate`))
          : Effect.succeed(found),
      onFailure: (error) => Effect.fail(UserError.make(`--${flag}: ${path}: ${error.message}`)),
    }),
  )

/**
 * The private key of a PEM file.
 *
 * @category files
 * @since 0.1.0
 */
export const privateKey = (flag: string, path: string): Effect.Effect<KeyObject, UserError.UserError> =>
  Effect.flatMap(text(flag, path), (pem) =>
    Effect.try({
      try: () => createPrivateKey(pem),
      catch: () => UserError.make(`--${flag}: ${path} contains no PEM private key without a passphrase`),
    }),
  )
