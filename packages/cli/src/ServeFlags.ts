/**
 * The flags of `espalier serve`.
 */
import { Duration, Redacted, Schema } from "effect"
import { type Command, Flag } from "effect/cli"
import * as Flags from "./Flags.ts"

const url = <A>(flag: Flag.Flag<A>) => Flag.withMetavar(flag, "<url>")
const file = <A>(flag: Flag.Flag<A>) => Flag.withMetavar(flag, "<file>")
const text = <A>(flag: Flag.Flag<A>) => Flag.withMetavar(flag, "<text>")

/**
 * The flags that say where things are kept; other commands need them too.
 *
 * @category flags
 * @since 0.1.0
 */
export const storage = {
  dataDirectory: Flags.text("data-directory", "Holds the device authority and the database. Default: .espalier").pipe(
    Flag.withMetavar("<directory>"),
    Flag.withDefault(".espalier"),
  ),
  databaseUrl: Flags.text(
    "database-url",
    "postgres://… where several servers work together. Default: a SQLite file in the data directory",
  ).pipe(
    url,
    Flag.map((text) => Redacted.make(text)),
    Flag.optional,
  ),
}

/**
 * All of them.
 *
 * @category flags
 * @since 0.1.0
 */
export const flags = {
  webhookUrl: Flags.text("webhook-url", "Base URL of your management backend").pipe(url),
  webhookSecret: Flags.secrets("webhook-secret", "Signs every call (whsec_… or whsk_…)").pipe(
    Flag.withMetavar("<secret>"),
  ),
  webhookTimeout: Flags.text(
    "webhook-timeout",
    'Longest a call of your backend may take, retries included. Default: "15 seconds"',
  ).pipe(
    Flag.withMetavar("<duration>"),
    Flag.withSchema(Schema.DurationFromString),
    Flag.withDefault(Duration.seconds(15)),
  ),
  ...storage,
  origin: Flags.texts(
    "origin",
    "Origin that devices call, such as https://mdm.example.com; repeat it for many. Other hosts are refused. Default: this machine's own names",
  ).pipe(url),
  host: Flags.text("host", "Address to listen on. Default: every address").pipe(
    Flag.withMetavar("<address>"),
    Flag.optional,
  ),
  port: Flags.port("port", "Port to listen on. Default: 8080").pipe(Flag.withMetavar("<port>"), Flag.withDefault(8080)),
  maxConnections: Flags.count("max-connections", "Connections at a time; more are closed. Default: 10000").pipe(
    Flag.withMetavar("<number>"),
    Flag.withDefault(10_000),
  ),
  tlsCertificate: Flags.text(
    "tls-certificate",
    "Serve TLS with this certificate and its chain (PEM); read again when it changes",
  ).pipe(file, Flag.optional),
  tlsKey: Flags.text("tls-key", "The private key of --tls-certificate (PEM)").pipe(file, Flag.optional),
  identity: Flags.oneOf(
    "identity",
    ["required", "optional"],
    "Whether a device must prove who it is. Default: required",
  ).pipe(Flag.withDefault("required")),
  identityRoot: Flags.texts(
    "identity-root",
    "Authorities beside the server's own whose certificates devices may show (PEM)",
  ).pipe(file),
  identityHeader: Flags.text(
    "identity-header",
    "Header in which a proxy hands on the device's certificate. Default: x-device-identity-certificate",
  ).pipe(Flag.withMetavar("<name>"), Flag.withDefault("x-device-identity-certificate")),
  identityProxy: Flags.texts(
    "identity-proxy",
    "Address of a proxy whose --identity-header is believed; repeat it for many",
  ).pipe(Flag.withMetavar("<address>")),
  enrollment: Flags.oneOf(
    "enrollment",
    ["token", "open"],
    "Who gets an enrollment profile: holders of an enrollment token, or everybody. Default: token",
  ).pipe(Flag.withDefault("token")),
  organization: Flags.text("organization", "Who manages, as the enrollment profile says").pipe(text, Flag.optional),
  displayName: Flags.text("display-name", "Name of the enrollment profile").pipe(text, Flag.optional),
  description: Flags.text("description", "Description of the enrollment profile").pipe(text, Flag.optional),
  consentText: Flags.text("consent-text", "What a person must agree to before installing the profile").pipe(
    text,
    Flag.optional,
  ),
  profileCertificate: Flags.text(
    "profile-certificate",
    "Sign enrollment profiles with this certificate and its chain (PEM)",
  ).pipe(file, Flag.optional),
  profileKey: Flags.text("profile-key", "The private key of --profile-certificate (PEM)").pipe(file, Flag.optional),
  profileRoot: Flags.texts(
    "profile-root",
    "Authorities that devices are to trust for this server's TLS, where it is not public (PEM)",
  ).pipe(file),
  pushCertificate: Flags.texts(
    "push-certificate",
    "MDM push certificate with its private key in one PEM file; one for each topic",
  ).pipe(file),
  pushUrl: Flags.text("push-url", "Apple's push service. Default: https://api.push.apple.com:443").pipe(
    url,
    Flag.optional,
  ),
  pushRoot: Flags.texts("push-root", "Authorities to believe for --push-url instead of the system's (PEM)").pipe(file),
  apiKey: Flags.secrets("api-key", "Bearer key for POST /api/push").pipe(Flag.withMetavar("<key>")),
  otlpUrl: Flags.text(
    "otlp-url",
    "Send traces, metrics and logs to this OpenTelemetry collector, such as http://localhost:4318",
  ).pipe(url, Flag.optional),
  logFormat: Flags.oneOf("log-format", ["pretty", "json"], "How the log is written. Default: pretty").pipe(
    Flag.withDefault("pretty"),
  ),
}

/**
 * What the flags say.
 *
 * @category models
 * @since 0.1.0
 */
export type ServeOptions = Command.Command.Config.Infer<typeof flags>
