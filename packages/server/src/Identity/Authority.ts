/**
 * The server's certificate authority, in `scep-ca.json` of the data directory. It issues the identity certificates of devices.
 *
 * **Details**
 *
 * It is created at the first start: certificate, private key and creation time, readable by the owner only. Afterwards the file is never written again:
 * without it, every device must enroll again. A file that cannot be read or parsed stops the start and stays unchanged. Two servers that start at the
 * same time with one directory use the same file.
 */
import { createPrivateKey, generateKeyPair, type KeyObject, randomUUID } from "node:crypto"
import { link, mkdir, open, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { Certificate } from "@espalier/apple"
import { ErrorCode } from "@espalier/http"
import { Context, DateTime, Effect, Layer, Result, Schema } from "effect"

/**
 * A data directory that cannot be used. The message says what to do.
 *
 * @category errors
 * @since 0.1.0
 */
export class AuthorityError extends Schema.TaggedError<AuthorityError>()("AuthorityError", {
  message: Schema.String,
}) {}

/**
 * The authority: its certificate, and the key that signs devices' certificates.
 *
 * @category services
 * @since 0.1.0
 */
export class Authority extends Context.Service<Authority, Certificate.KeyedCertificate>()(
  "@espalier/server/Authority",
) {
  /** Reads the authority of a data directory, or creates it. */
  static readonly layer = (directory: string): Layer.Layer<Authority, AuthorityError> =>
    Layer.effect(Authority, load(directory))
}

const File = Schema.fromJsonString(
  Schema.Struct({
    version: Schema.Literal(1),
    createdAt: Schema.String,
    certificate: Schema.String,
    privateKey: Schema.String,
  }),
)
const encode = Schema.encodeSync(File)
const decode = Schema.decodeUnknownResult(File)

const load = Effect.fnUntraced(function* (directory: string) {
  const path = join(directory, "scep-ca.json")
  const found = yield* read(path)
  if (found !== undefined) return yield* parse(found, path)
  yield* write(directory, path, yield* make)
  const made = yield* read(path)
  return yield* made === undefined ? failed(path, "it disappeared while it was created") : parse(made, path)
})

const read = (path: string): Effect.Effect<string | undefined, AuthorityError> =>
  Effect.tryPromise({ try: () => readFile(path, "utf8"), catch: ErrorCode.of }).pipe(
    Effect.catch((code) =>
      code === "ENOENT" ? Effect.undefined : failed(path, `it cannot be read (${code}): check its owner and mode`),
    ),
  )

const parse = (text: string, path: string): Effect.Effect<Certificate.KeyedCertificate, AuthorityError> => {
  const broken = () => failed(path, "it was not written by a server, or is damaged: restore it from a backup")
  const file = decode(text)
  if (Result.isFailure(file)) return broken()
  const certificate = Certificate.fromPem(file.success.certificate)
  const privateKey = keyOf(file.success.privateKey)
  if (Result.isFailure(certificate) || privateKey === undefined) return broken()
  const { x509 } = certificate.success
  if (!x509.ca || !Certificate.isRsaKey(privateKey) || !x509.checkPrivateKey(privateKey)) return broken()
  return Effect.succeed({ certificate: certificate.success, privateKey })
}

const keyOf = (pem: string): KeyObject | undefined => {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

const years = 20

const make = Effect.gen(function* () {
  const now = yield* DateTime.nowAsDate
  const { privateKey } = yield* Effect.promise(() => promisify(generateKeyPair)("rsa", { modulusLength: 3072 }))
  const certificate = yield* Effect.fromResult(
    Certificate.selfSignedCa({
      privateKey,
      subject: { commonName: "Espalier device authority", serialNumber: randomUUID() },
      at: now,
      days: years * 365,
    }),
  ).pipe(Effect.orDie)
  return encode({
    version: 1,
    createdAt: now.toISOString(),
    certificate: Certificate.toPem(certificate),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  })
})

/** Atomic: written and synced under another name, then linked if the path does not exist. */
const write = (directory: string, path: string, text: string): Effect.Effect<void, AuthorityError> =>
  Effect.tryPromise({
    try: async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const draft = `${path}.${randomUUID()}`
      try {
        const file = await open(draft, "wx", 0o600)
        try {
          await file.writeFile(text)
          await file.sync()
        } finally {
          await file.close()
        }
        await link(draft, path)
        const entries = await open(directory)
        try {
          await entries.sync()
        } finally {
          await entries.close()
        }
      } finally {
        await rm(draft, { force: true })
      }
    },
    catch: ErrorCode.of,
  }).pipe(
    Effect.catch((code) =>
      code === "EEXIST"
        ? Effect.void
        : failed(path, `it cannot be written (${code}): give the server a data directory that it can write to`),
    ),
  )

const failed = (path: string, why: string) => Effect.fail(new AuthorityError({ message: `${path}: ${why}` }))
