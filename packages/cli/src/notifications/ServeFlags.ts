/**
 * The flags of `espalier notifications serve`.
 */
import { Duration, Redacted, Schema } from "effect"
import { type Command, Flag } from "effect/cli"
import * as Flags from "../Flags.ts"
import * as SecretsKeys from "../SecretsKeys.ts"
import { flags as server } from "../ServeFlags.ts"
import * as Storage from "./Storage.ts"

const text = (name: string, description: string) =>
  Flags.text(name, description).pipe(Flag.withMetavar("<text>"), Flag.optional)

/**
 * All flags of `espalier notifications serve`.
 *
 * @category flags
 * @since 0.1.0
 */
export const flags = {
  ...Storage.flags,
  ...SecretsKeys.flags,
  host: server.host,
  port: Flags.port("port", "Port to listen on. Default: 8090").pipe(Flag.withMetavar("<port>"), Flag.withDefault(8090)),
  pageOrigin: Flags.texts(
    "page-origin",
    "Origin of a page that may use this API with its session, such as https://dashboard.example.com; repeat for several",
  ).pipe(Flag.withMetavar("<url>")),
  allowAddress: Flags.texts(
    "allow-address",
    "Allow receivers in this private address range, such as 10.20.0.0/16; repeat for several",
  ).pipe(Flag.withMetavar("<cidr>")),
  allowHttp: Flags.toggle("allow-http", "Allow receivers without TLS").pipe(Flag.withDefault(false)),
  worker: Flags.toggle(
    "worker",
    "Deliver events; --no-worker if other processes on the same database do. Default: true",
  ).pipe(Flag.withDefault(true)),
  concurrency: Flags.count("concurrency", "Maximum concurrent delivery attempts of an integration. Default: 10").pipe(
    Flag.withMetavar("<number>"),
    Flag.withDefault(10),
  ),
  rate: Flags.count("rate", "Maximum delivery attempts per second of an integration. Default: 100").pipe(
    Flag.withMetavar("<number>"),
    Flag.withDefault(100),
  ),
  timeout: Flags.text("timeout", 'Time limit of a delivery attempt. Default: "15 seconds"').pipe(
    Flag.withMetavar("<duration>"),
    Flag.withSchema(Schema.DurationFromString),
    Flag.withDefault(Duration.seconds(15)),
  ),
  retryDelay: Flags.texts(
    "retry-delay",
    "Delay before each retry, such as 30 seconds; repeat it once for each retry. Default: 5 seconds to 24 hours, nine retries",
  ).pipe(Flag.withMetavar("<duration>"), Flag.withSchema(Schema.Array(Schema.DurationFromString))),
  retention: Flags.text(
    "retention",
    'How long finished deliveries and idempotency keys are stored. Default: "30 days"',
  ).pipe(
    Flag.withMetavar("<duration>"),
    Flag.withSchema(Schema.DurationFromString),
    Flag.withDefault(Duration.days(30)),
    Flag.withAlias("keep"),
  ),
  operationalWebhookUrl: Flags.text(
    "operational-webhook-url",
    "URL of yours that receives an event when an integration fails or is disabled, or a delivery fails for good",
  ).pipe(Flag.withMetavar("<url>"), Flag.optional),
  operationalWebhookSecret: Flags.text(
    "operational-webhook-secret",
    "Secret that signs these events (whsec_…). Other users of this machine can see flags: prefer the variable",
  ).pipe(
    Flag.withMetavar("<secret>"),
    Flag.map((text) => Redacted.make(text)),
    Flag.optional,
  ),
  pushCertificate: Flags.texts(
    "push-certificate",
    "Push certificate whose expiry is announced by events (PEM); the file is read again for every check",
  ).pipe(Flag.withMetavar("<file>")),
  appleId: text("apple-id", "Apple Account that created --push-certificate"),
  workspace: Flags.text("workspace", "Workspace whose subscribers receive the events about --push-certificate").pipe(
    Flag.withMetavar("<name>"),
    Flag.optional,
  ),
  organizationId: text("organization-id", "ID of the workspace's organization, for the event"),
  organizationName: text("organization-name", "Name of the organization, for the event"),
  organizationUrl: text("organization-url", "URL of the organization in your product, for the event"),
  otlpUrl: server.otlpUrl,
  logFormat: server.logFormat,
}

/**
 * The values of the flags.
 *
 * @category models
 * @since 0.1.0
 */
export type NotificationsServeOptions = Command.Command.Config.Infer<typeof flags>
