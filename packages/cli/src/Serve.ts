/**
 * `espalier serve`: runs the whitelabel server.
 */
import type { EnrollmentBranding } from "@espalier/schema"
import { Server } from "@espalier/server"
import { Array, Context, Effect, Layer, Option } from "effect"
import { Command } from "effect/cli"
import { HttpServer } from "effect/http"
import * as Files from "./Files.ts"
import * as Inputs from "./Inputs.ts"
import * as Observability from "./Observability.ts"
import { flags, type ServeOptions } from "./ServeFlags.ts"
import * as StartError from "./StartError.ts"
import * as UserError from "./UserError.ts"

/**
 * Runs until it receives SIGTERM or SIGINT, then finishes the requests in progress.
 *
 * @category commands
 * @since 0.1.0
 */
export const serve = Command.make("serve", flags, (options) =>
  Effect.gen(function* () {
    const server = yield* serverOptions(options)
    const context = yield* Effect.mapError(Layer.build(Server.layer(server)), (error) =>
      UserError.make(StartError.message(error)),
    )
    yield* Effect.forEach(warnings(options), (warning) => Effect.logWarning(warning))
    const { address } = Context.get(context, HttpServer.HttpServer)
    const scheme = server.tls === undefined ? "http" : "https"
    const place = HttpServer.formatAddress(address).replace(/^http/, scheme)
    yield* Effect.logInfo(`ready: ${place} → ${options.webhookUrl}`)
    return yield* Effect.never
  }).pipe(Effect.scoped, Effect.provide(Observability.layer("espalier", options))),
).pipe(
  Command.withDescription("Run the whitelabel server between devices and your backend"),
  Command.withExamples([
    {
      command: "espalier serve --webhook-url https://backend.example.com --origin https://mdm.example.com",
      description: "Behind a reverse proxy that terminates TLS for mdm.example.com",
    },
    { command: "espalier serve --webhook-url http://localhost:3000", description: "On this machine, for a test" },
  ]),
)

const warnings = (options: ServeOptions): ReadonlyArray<string> => [
  ...(options.webhookSecret.length === 0 ? ["Calls to the backend are not signed: set --webhook-secret"] : []),
  ...(options.origin.length === 0 ? ["Only requests to localhost are accepted: set --origin"] : []),
  ...(options.identity === "optional" ? ["Devices are not authenticated: set --identity required"] : []),
  ...(options.enrollment === "open" ? ["Anyone can enroll a device: set --enrollment token"] : []),
  ...(options.pushCertificate.length === 0 ? ["Push notifications are not configured: set --push-certificate"] : []),
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
    tls: yield* Inputs.pair(options, "tls"),
    backend: {
      baseUrl: options.webhookUrl,
      timeout: options.webhookTimeout,
      secrets: yield* Inputs.signingSecrets(options.webhookSecret),
    },
    identity: {
      mode: options.identity,
      unknown: options.identityUnknown,
      roots: yield* Inputs.allCertificates("identity-root", options.identityRoot),
      proxy:
        options.identityProxy.length === 0
          ? undefined
          : { header: options.identityHeader.toLowerCase(), addresses: new Set(options.identityProxy) },
    },
    renewIdentities: options.renewIdentities,
    enrollment: {
      mode: options.enrollment,
      branding: branding(options),
      signer: yield* Inputs.profileSigner(options),
      deviceRoots:
        options.deviceRoot.length === 0 ? undefined : yield* Inputs.allCertificates("device-root", options.deviceRoot),
      tlsRoots: yield* Inputs.allCertificates("profile-root", options.profileRoot),
    },
    push: Array.isReadonlyArrayNonEmpty(options.pushCertificate)
      ? {
          certificates: yield* Effect.forEach(options.pushCertificate, Inputs.pushCertificate),
          url: Option.getOrUndefined(options.pushUrl),
          ca: pushRoots.length === 0 ? undefined : pushRoots,
        }
      : undefined,
    apiKeys: options.apiKey,
  } satisfies Server.ServerOptions
})

const branding = ({ organization, displayName, description, consentText }: ServeOptions): EnrollmentBranding => ({
  ...(Option.isSome(organization) ? { organization: organization.value } : {}),
  ...(Option.isSome(displayName) ? { displayName: displayName.value } : {}),
  ...(Option.isSome(description) ? { description: description.value } : {}),
  ...(Option.isSome(consentText) ? { consentText: consentText.value } : {}),
})
