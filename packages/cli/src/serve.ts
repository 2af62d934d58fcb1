/**
 * `espalier serve`: the whitelabel server in front of your backend.
 */
import type { InvalidBackendOptions } from "@espalier/client"
import { type InvalidOrigin, Server } from "@espalier/server"
import { Secret } from "@espalier/signing"
import { Context, Duration, Effect, Layer, Logger, Option, Predicate, Result, Schema } from "effect"
import { CliError, Command, Flag } from "effect/cli"
import { HttpServer, type HttpServerError } from "effect/http"
import * as Flags from "./Flags.ts"

const flags = {
  webhookUrl: Flags.text("webhook-url", "Base URL of your management backend").pipe(Flag.withMetavar("<url>")),
  webhookSecret: Flags.texts(
    "webhook-secret",
    "Signs every call (whsec_… or whsk_…); repeat it to rotate. Others on this machine can see flags: prefer the variable",
  ).pipe(Flag.withMetavar("<secret>")),
  webhookTimeout: Flags.text(
    "webhook-timeout",
    'Longest a call of your backend may take, retries included. Default: "15 seconds"',
  ).pipe(
    Flag.withMetavar("<duration>"),
    Flag.withSchema(Schema.DurationFromString),
    Flag.withDefault(Duration.seconds(15)),
  ),
  origin: Flags.texts(
    "origin",
    "Origin that devices call, such as https://mdm.example.com; repeat it for many. Other hosts are refused. Default: this machine's own names",
  ).pipe(Flag.withMetavar("<url>")),
  host: Flags.text("host", "Address to listen on. Default: every address").pipe(
    Flag.withMetavar("<address>"),
    Flag.optional,
  ),
  port: Flags.port("port", "Port to listen on. Default: 8080").pipe(Flag.withMetavar("<port>"), Flag.withDefault(8080)),
  logFormat: Flags.oneOf("log-format", ["pretty", "json"], "How the log is written. Default: pretty").pipe(
    Flag.withDefault("pretty"),
  ),
}

const loggers = {
  pretty: Logger.layer([Logger.consolePretty()]),
  json: Logger.layer([Logger.consoleJson]),
}

/**
 * Runs until it is told to stop, then finishes what devices have begun.
 *
 * @category commands
 */
export const serve = Command.make("serve", flags, (options) =>
  Effect.gen(function* () {
    const secrets = yield* signingSecrets(options.webhookSecret)
    const server = yield* Layer.build(
      Server.layer({
        port: options.port,
        host: Option.getOrUndefined(options.host),
        origins: options.origin.length === 0 ? undefined : options.origin,
        backend: { baseUrl: options.webhookUrl, timeout: options.webhookTimeout, secrets },
      }),
    ).pipe(Effect.mapError((error) => refuse(sentence(error))))
    if (secrets.length === 0) yield* Effect.logWarning("Calls to the backend are not signed: set --webhook-secret")
    if (options.origin.length === 0) yield* Effect.logWarning("Only this machine is answered: set --origin")
    const { address } = Context.get(server, HttpServer.HttpServer)
    yield* Effect.logInfo(`ready: ${HttpServer.formatAddress(address)} → ${options.webhookUrl}`)
    return yield* Effect.never
  }).pipe(Effect.scoped, Effect.provide(loggers[options.logFormat])),
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

const refuse = (userMessage: string) => new CliError.UserError({ cause: undefined, userMessage })

const signingSecrets = (texts: ReadonlyArray<string>) =>
  Effect.mapError(Effect.fromResult(Result.all(texts.map(Secret.parseSigning))), (error) =>
    refuse(`--webhook-secret: ${error.message}`),
  )

const sentence = (error: HttpServerError.ServeError | InvalidOrigin | InvalidBackendOptions): string => {
  switch (error._tag) {
    case "InvalidOrigin":
      return `--origin: ${error.message}`
    case "InvalidBackendOptions":
      return error.message.replace(error.option, error.option === "baseUrl" ? "--webhook-url" : "--webhook-timeout")
    case "ServeError": {
      const code = Predicate.hasProperty(error.cause, "code") ? error.cause.code : undefined
      if (code === "EADDRINUSE") return "That port is in use: choose another with --port"
      if (code === "EACCES")
        return "That port needs more rights: choose one above 1023 with --port, and put a proxy in front"
      return "Cannot listen there: check --host and --port"
    }
  }
}
