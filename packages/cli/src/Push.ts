/**
 * `espalier push`: wakes devices from the command line, as `POST /api/push` does for a backend. For the first device, and for troubleshooting.
 */
import { Push } from "@espalier/apple"
import { Console, Effect, Option, Result } from "effect"
import { Command, Flag } from "effect/cli"
import * as Files from "./Files.ts"
import * as Flags from "./Flags.ts"
import * as Inputs from "./Inputs.ts"
import { flags } from "./ServeFlags.ts"
import { SilentExit } from "./SilentExit.ts"
import * as UserError from "./UserError.ts"

const { pushCertificate, pushUrl, pushRoot } = flags

/**
 * Exits with 1 if a push failed. The output has numbers instead of tokens and magics.
 *
 * @category commands
 * @since 0.1.0
 */
export const push = Command.make(
  "push",
  {
    pushCertificate,
    pushUrl,
    pushRoot,
    topic: Flags.text("topic", "Push topic of the devices. Default: the topic of the only certificate").pipe(
      Flag.withMetavar("<topic>"),
      Flag.optional,
    ),
    token: Flags.texts(
      "token",
      "Push token of a device in base64, as TokenUpdate contains it; repeat for several devices",
    ).pipe(Flag.withMetavar("<base64>")),
    magic: Flags.texts("magic", "Push magic of the device; one for each token, in the same order").pipe(
      Flag.withMetavar("<text>"),
    ),
  },
  Effect.fnUntraced(function* (options) {
    const { token, magic } = options
    if (options.pushCertificate.length === 0)
      return yield* UserError.make("--push-certificate: at least one file is required")
    if (token.length === 0) return yield* UserError.make("--token: at least one --token with its --magic is required")
    if (token.length !== magic.length) {
      return yield* UserError.make(`--magic: ${token.length} tokens but ${magic.length} magics; each token needs one`)
    }
    const roots = yield* Effect.forEach(options.pushRoot, (path) => Files.text("push-root", path))
    const apns = yield* Push.make({
      certificates: yield* Effect.forEach(options.pushCertificate, Inputs.pushCertificate),
      url: Option.getOrUndefined(options.pushUrl),
      ca: roots.length === 0 ? undefined : roots,
    }).pipe(
      Effect.mapError(({ option, message }) =>
        UserError.make(
          option === "url" ? `--push-url ${message.slice("url ".length)}` : `--push-certificate: ${message}`,
        ),
      ),
    )
    const topics = (yield* apns.certificateExpiry).map(({ topic }) => topic)
    const topic = Option.getOrElse(options.topic, () => (topics.length === 1 ? topics[0] : undefined))
    if (topic === undefined)
      return yield* UserError.make(`--topic: several certificates; choose ${topics.join(" or ")}`)

    const batch = token.map((pushToken, index) => ({ topic, pushToken, pushMagic: magic[index] ?? "" }))
    const outcomes = yield* apns.pushMany(batch)
    yield* Effect.forEach(outcomes, (outcome, index) => Console.log(`${index + 1}  ${describe(outcome)}`))
    if (outcomes.some(Result.isFailure)) return yield* new SilentExit()
  }, Effect.scoped),
).pipe(
  Command.withDescription("Wake devices with a push notification"),
  Command.withExamples([
    {
      command: "espalier push --push-certificate push.pem --token DlWxYQ== --magic 2B4F0A5C",
      description: "One device",
    },
  ]),
)

const describe = (outcome: Result.Result<Push.Accepted, Push.PushError>): string =>
  Result.match(outcome, {
    onSuccess: ({ apnsId }) => `accepted  ${apnsId}`,
    onFailure: ({ reason, message, retryAfter }) =>
      `failed    ${reason}: ${message}${retryAfter === undefined ? "" : `; retry in ${retryAfter} seconds`}`,
  })
