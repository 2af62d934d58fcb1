/**
 * PEM files that flags name, read at the start: what is wrong with one is said before anything listens.
 */
import { createPrivateKey, type KeyObject } from "node:crypto"
import { readFile } from "node:fs/promises"
import { Certificate } from "@espalier/apple"
import { Effect, Result } from "effect"
import { CliError } from "effect/cli"

/**
 * A sentence for the person at the terminal, who gets nothing else.
 *
 * @category errors
 * @since 0.1.0
 */
export const refuse = (userMessage: string) => new CliError.UserError({ cause: undefined, userMessage })

/**
 * @category errors
 * @since 0.1.0
 */
export type Refusal = CliError.UserError

/**
 * A file's text.
 *
 * @category files
 * @since 0.1.0
 */
export const text = (flag: string, path: string): Effect.Effect<string, CliError.UserError> =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: () => refuse(`--${flag}: ${path} cannot be read`),
  })

const blocks = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * All certificates of a PEM file, at least one, in their order.
 *
 * @category files
 * @since 0.1.0
 */
export const certificates = (flag: string, path: string) =>
  Effect.flatMap(text(flag, path), (pem) =>
    Result.match(Result.all((pem.match(blocks) ?? []).map(Certificate.fromPem)), {
      onSuccess: (found) =>
        found.length === 0
          ? Effect.fail(refuse(`--${flag}: ${path} holds no certificate in PEM`))
          : Effect.succeed(found),
      onFailure: (error) => Effect.fail(refuse(`--${flag}: ${path}: ${error.message}`)),
    }),
  )

/**
 * The private key of a PEM file.
 *
 * @category files
 * @since 0.1.0
 */
export const privateKey = (flag: string, path: string): Effect.Effect<KeyObject, CliError.UserError> =>
  Effect.flatMap(text(flag, path), (pem) =>
    Effect.try({
      try: () => createPrivateKey(pem),
      catch: () => refuse(`--${flag}: ${path} holds no private key in PEM that can be read without a passphrase`),
    }),
  )
