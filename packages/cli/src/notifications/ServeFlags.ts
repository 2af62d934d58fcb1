/**
 * The flags of `espalier notifications serve`.
 */
import { Duration, Schema } from "effect"
import { type Command, Flag } from "effect/cli"
import * as Flags from "../Flags.ts"
import { flags as server } from "../ServeFlags.ts"
import * as Storage from "./Storage.ts"

const text = (name: string, description: string) =>
  Flags.text(name, description).pipe(Flag.withMetavar("<text>"), Flag.optional)

/**
 * All of them.
 *
 * @category flags
 * @since 0.1.0
 */
export const flags = {
  ...Storage.flags,
  host: server.host,
  port: Flags.port("port", "Port to listen on. Default: 8090").pipe(Flag.withMetavar("<port>"), Flag.withDefault(8090)),
  pageOrigin: Flags.texts(
    "page-origin",
    "Origin of a page, such as https://dashboard.example.com, that may use this API with its session; repeat it for many",
  ).pipe(Flag.withMetavar("<url>")),
  allowAddress: Flags.texts(
    "allow-address",
    "Let receivers have addresses in this range although they are not public, such as 10.20.0.0/16; repeat it for many",
  ).pipe(Flag.withMetavar("<cidr>")),
  allowHttp: Flags.toggle("allow-http", "Let receivers be called without TLS").pipe(Flag.withDefault(false)),
  worker: Flags.toggle("worker", "Deliver; --no-worker where other processes on the database do. Default: true").pipe(
    Flag.withDefault(true),
  ),
  concurrency: Flags.count("concurrency", "Tries that an integration has at a time. Default: 10").pipe(
    Flag.withMetavar("<number>"),
    Flag.withDefault(10),
  ),
  rate: Flags.count("rate", "Tries that an integration gets in a second, at most. Default: 100").pipe(
    Flag.withMetavar("<number>"),
    Flag.withDefault(100),
  ),
  keep: Flags.text("keep", 'How long finished deliveries and idempotency keys are kept. Default: "30 days"').pipe(
    Flag.withMetavar("<duration>"),
    Flag.withSchema(Schema.DurationFromString),
    Flag.withDefault(Duration.days(30)),
  ),
  pushCertificate: Flags.texts(
    "push-certificate",
    "Push certificate to tell of before it expires (PEM); read again, so that a renewed one is seen",
  ).pipe(Flag.withMetavar("<file>")),
  appleId: text("apple-id", "The Apple ID that --push-certificate was made with"),
  workspace: Flags.text("workspace", "The workspace that hears of --push-certificate").pipe(
    Flag.withMetavar("<name>"),
    Flag.optional,
  ),
  organizationId: text("organization-id", "That workspace's organization, as it stands in the event"),
  organizationName: text("organization-name", "Its name"),
  organizationUrl: text("organization-url", "Its URL in your product"),
  otlpUrl: server.otlpUrl,
  logFormat: server.logFormat,
}

/**
 * What the flags say.
 *
 * @category models
 * @since 0.1.0
 */
export type NotificationsServeOptions = Command.Command.Config.Infer<typeof flags>
