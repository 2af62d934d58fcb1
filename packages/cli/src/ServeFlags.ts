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
 * The flags for storage, which other commands have too.
 *
 * @category flags
 * @since 0.1.0
 */
export const storage = {
  dataDirectory: Flags.text(
    "data-directory",
    "Directory of the certificate authority for devices and of the database. Default: .espalier",
  ).pipe(Flag.withMetavar("<directory>"), Flag.withDefault(".espalier")),
  databaseUrl: Flags.text(
    "database-url",
    "postgres://… to share one database between several servers. Default: a SQLite file in the data directory",
  ).pipe(
    url,
    Flag.map((text) => Redacted.make(text)),
    Flag.optional,
  ),
}

/**
 * All flags of `espalier serve`.
 *
 * @category flags
 * @since 0.1.0
 */
export const flags = {
  webhookUrl: Flags.text("webhook-url", "Base URL of your management backend").pipe(url),
  webhookSecret: Flags.secrets("webhook-secret", "Secret that signs the calls to the backend (whsec_… or whsk_…)").pipe(
    Flag.withMetavar("<secret>"),
  ),
  webhookTimeout: Flags.text(
    "webhook-timeout",
    'Time limit of a call to the backend, including retries. Default: "15 seconds"',
  ).pipe(
    Flag.withMetavar("<duration>"),
    Flag.withSchema(Schema.DurationFromString),
    Flag.withDefault(Duration.seconds(15)),
  ),
  ...storage,
  origin: Flags.texts(
    "origin",
    "Origin that devices use, such as https://mdm.example.com; repeat for several. Requests to other hosts are rejected. Default: localhost",
  ).pipe(url),
  host: Flags.text("host", "Address to listen on. Default: all addresses").pipe(
    Flag.withMetavar("<address>"),
    Flag.optional,
  ),
  port: Flags.port("port", "Port to listen on. Default: 8080").pipe(Flag.withMetavar("<port>"), Flag.withDefault(8080)),
  maxConnections: Flags.count(
    "max-connections",
    "Maximum number of concurrent connections; further ones are closed. Default: 10000",
  ).pipe(Flag.withMetavar("<number>"), Flag.withDefault(10_000)),
  tlsCertificate: Flags.text(
    "tls-certificate",
    "TLS certificate with its chain (PEM); reloaded when the file changes",
  ).pipe(file, Flag.optional),
  tlsKey: Flags.text("tls-key", "Private key of --tls-certificate (PEM)").pipe(file, Flag.optional),
  identity: Flags.oneOf(
    "identity",
    ["required", "optional"],
    "Whether devices must prove their identity. Default: required",
  ).pipe(Flag.withDefault("required")),
  identityRoot: Flags.texts(
    "identity-root",
    "Additional certificate authorities whose device identities are accepted (PEM)",
  ).pipe(file),
  identityHeader: Flags.text(
    "identity-header",
    "Header in which a proxy forwards the device's certificate. Default: x-device-identity-certificate",
  ).pipe(Flag.withMetavar("<name>"), Flag.withDefault("x-device-identity-certificate")),
  identityProxy: Flags.texts(
    "identity-proxy",
    "Address of a proxy whose --identity-header is trusted; repeat for several",
  ).pipe(Flag.withMetavar("<address>")),
  identityUnknown: Flags.oneOf(
    "identity-unknown",
    ["reject", "ask"],
    "What happens to a device with an accepted identity that never enrolled here: reject, or ask the backend's adopt webhook. Default: reject",
  ).pipe(Flag.withDefault("reject")),
  renewIdentities: Flags.toggle(
    "renew-identities",
    "Offer devices the renewal of an identity that expires within 30 days. Default: no, the backend does it",
  ).pipe(Flag.withDefault(false)),
  enrollment: Flags.oneOf(
    "enrollment",
    ["token", "open"],
    "Who can get an enrollment profile: holders of an enrollment token, or anyone. Default: token",
  ).pipe(Flag.withDefault("token")),
  organization: Flags.text("organization", "Organization name in the enrollment profile").pipe(text, Flag.optional),
  displayName: Flags.text("display-name", "Name of the enrollment profile").pipe(text, Flag.optional),
  description: Flags.text("description", "Description of the enrollment profile").pipe(text, Flag.optional),
  consentText: Flags.text("consent-text", "Text that the user must accept before the profile is installed").pipe(
    text,
    Flag.optional,
  ),
  profileCertificate: Flags.text(
    "profile-certificate",
    "Certificate with its chain that signs enrollment profiles (PEM)",
  ).pipe(file, Flag.optional),
  profileKey: Flags.text("profile-key", "Private key of --profile-certificate (PEM)").pipe(file, Flag.optional),
  profileRoot: Flags.texts(
    "profile-root",
    "Certificate authorities that devices must trust for this server's TLS, if it is not publicly trusted (PEM)",
  ).pipe(file),
  deviceRoot: Flags.texts(
    "device-root",
    "Certificate authorities that sign the MachineInfo of devices in automated enrollment, instead of Apple's (PEM)",
  ).pipe(file),
  pushCertificate: Flags.texts(
    "push-certificate",
    "MDM push certificate with its private key in one PEM file; repeat for several topics",
  ).pipe(file),
  pushUrl: Flags.text(
    "push-url",
    "URL of the Apple Push Notification service. Default: https://api.push.apple.com:443",
  ).pipe(url, Flag.optional),
  pushRoot: Flags.texts(
    "push-root",
    "Certificate authorities to trust for --push-url instead of the system's (PEM)",
  ).pipe(file),
  apiKey: Flags.secrets("api-key", "Bearer key for the HTTP APIs: /api/push and /api/identities").pipe(
    Flag.withMetavar("<key>"),
  ),
  otlpUrl: Flags.text(
    "otlp-url",
    "Send traces, metrics and logs to this OpenTelemetry collector, such as http://localhost:4318",
  ).pipe(url, Flag.optional),
  logFormat: Flags.oneOf("log-format", ["pretty", "json"], "Format of the log. Default: pretty").pipe(
    Flag.withDefault("pretty"),
  ),
}

/**
 * The values of the flags.
 *
 * @category models
 * @since 0.1.0
 */
export type ServeOptions = Command.Command.Config.Infer<typeof flags>
