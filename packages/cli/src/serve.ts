/**
 * `espalier serve`: the whitelabel server in front of your backend.
 */
import type { EnrollmentBranding } from "@espalier/schema"
import { Server } from "@espalier/server"
import { Secret } from "@espalier/signing"
import { Array, Context, Effect, Layer, Logger, Option, Redacted, Result } from "effect"
import { Command } from "effect/cli"
import { FetchHttpClient, HttpServer } from "effect/http"
import { Otlp } from "effect/observability"
import * as Files from "./Files.ts"
import { flags, type ServeOptions } from "./ServeFlags.ts"
import { sentence } from "./StartError.ts"

/**
 * Runs until it is told to stop, then finishes what devices have begun.
 *
 * @category commands
 */
export const serve = Command.make("serve", flags, (options) =>
  Effect.gen(function* () {
    const server = yield* serverOptions(options)
    const context = yield* Effect.mapError(Layer.build(Server.layer(server)), (error) => Files.refuse(sentence(error)))
    yield* Effect.forEach(warnings(options), (warning) => Effect.logWarning(warning))
    const { address } = Context.get(context, HttpServer.HttpServer)
    const scheme = server.tls === undefined ? "http" : "https"
    const place = HttpServer.formatAddress(address).replace(/^http/, scheme)
    yield* Effect.logInfo(`ready: ${place} → ${options.webhookUrl}`)
    return yield* Effect.never
  }).pipe(Effect.scoped, Effect.provide(Layer.merge(loggers[options.logFormat], telemetry(options)))),
).pipe(
  Command.withDescription("Run the whitelabel server: devices in front, your backend behind"),
  Command.withExamples([
    {
      command: "espalier serve --webhook-url https://backend.example.com --origin https://mdm.example.com",
      description: "Behind a proxy that ends TLS for mdm.example.com",
    },
    { command: "espalier serve --webhook-url http://localhost:3000", description: "Try it out on this machine" },
  ]),
)

const loggers = {
  pretty: Logger.layer([Logger.consolePretty()]),
  json: Logger.layer([Logger.consoleJson]),
}

const telemetry = ({ otlpUrl }: ServeOptions) =>
  Option.match(otlpUrl, {
    onNone: () => Layer.empty,
    onSome: (baseUrl) =>
      Otlp.layerJson({ baseUrl, resource: { serviceName: "espalier" }, loggerMergeWithExisting: true }).pipe(
        Layer.provide(FetchHttpClient.layer),
      ),
  })

const warnings = (options: ServeOptions): ReadonlyArray<string> => [
  ...(options.webhookSecret.length === 0 ? ["Calls to the backend are not signed: set --webhook-secret"] : []),
  ...(options.origin.length === 0 ? ["Only this machine is answered: set --origin"] : []),
  ...(options.identity === "optional" ? ["Devices need not prove who they are: set --identity required"] : []),
  ...(options.enrollment === "open" ? ["Everybody may enroll: set --enrollment token"] : []),
  ...(options.pushCertificate.length === 0 ? ["Devices cannot be woken: set --push-certificate"] : []),
]

const serverOptions = Effect.fnUntraced(function* (options: ServeOptions) {
  const pushRoots = yield* Effect.forEach(options.pushRoot, (path) => Files.text("push-root", path))
  return {
    port: options.port,
    host: Option.getOrUndefined(options.host),
    maxConnections: options.maxConnections,
    origins: options.origin.length === 0 ? undefined : options.origin,
    dataDirectory: options.dataDirectory,
    databaseUrl: Option.getOrUndefined(options.databaseUrl),
    tls: yield* pair(options, "tls"),
    backend: {
      baseUrl: options.webhookUrl,
      timeout: options.webhookTimeout,
      secrets: yield* signingSecrets(options.webhookSecret),
    },
    identity: {
      mode: options.identity,
      roots: yield* allCertificates("identity-root", options.identityRoot),
      proxy:
        options.identityProxy.length === 0
          ? undefined
          : { header: options.identityHeader.toLowerCase(), addresses: new Set(options.identityProxy) },
    },
    enrollment: {
      mode: options.enrollment,
      branding: branding(options),
      signer: yield* profileSigner(options),
      tlsRoots: yield* allCertificates("profile-root", options.profileRoot),
    },
    push: Array.isReadonlyArrayNonEmpty(options.pushCertificate)
      ? {
          certificates: yield* Effect.forEach(options.pushCertificate, pushCertificate),
          url: Option.getOrUndefined(options.pushUrl),
          ca: pushRoots.length === 0 ? undefined : pushRoots,
          keys: options.apiKey,
        }
      : undefined,
  } satisfies Server.ServerOptions
})

const branding = ({ organization, displayName, description, consentText }: ServeOptions): EnrollmentBranding => ({
  ...(Option.isSome(organization) ? { organization: organization.value } : {}),
  ...(Option.isSome(displayName) ? { displayName: displayName.value } : {}),
  ...(Option.isSome(description) ? { description: description.value } : {}),
  ...(Option.isSome(consentText) ? { consentText: consentText.value } : {}),
})

const signingSecrets = (texts: ReadonlyArray<Redacted.Redacted>) =>
  Effect.mapError(
    Effect.fromResult(Result.all(texts.map((text) => Secret.parseSigning(Redacted.value(text))))),
    (error) => Files.refuse(`--webhook-secret: ${error.message}`),
  )

const allCertificates = (flag: string, paths: ReadonlyArray<string>) =>
  Effect.map(
    Effect.forEach(paths, (path) => Files.certificates(flag, path)),
    Array.flatten,
  )

/** A push certificate and its key are kept together: they are renewed together. */
const pushCertificate = (path: string) =>
  Effect.map(Files.text("push-certificate", path), (pem) => ({ cert: pem, key: Redacted.make(pem) }))

/** A certificate and its key: both flags, or neither. */
const pair = (options: ServeOptions, name: "tls" | "profile") => {
  const certificate = name === "tls" ? options.tlsCertificate : options.profileCertificate
  const key = name === "tls" ? options.tlsKey : options.profileKey
  if (Option.isSome(certificate) && Option.isSome(key)) {
    return Effect.succeed({ certificate: certificate.value, key: key.value })
  }
  return Option.isSome(certificate) || Option.isSome(key)
    ? Effect.fail(Files.refuse(`--${name}-certificate and --${name}-key go together: set both`))
    : Effect.undefined
}

const profileSigner = Effect.fnUntraced(function* (options: ServeOptions) {
  const files = yield* pair(options, "profile")
  if (files === undefined) return undefined
  const [certificate, ...chain] = yield* Files.certificates("profile-certificate", files.certificate)
  const privateKey = yield* Files.privateKey("profile-key", files.key)
  if (certificate === undefined || !certificate.x509.checkPrivateKey(privateKey)) {
    return yield* Files.refuse("--profile-key is not the key of --profile-certificate")
  }
  return { identity: { certificate, privateKey }, chain }
})
