/**
 * `espalier push`: wakes devices from the command line, as `POST /api/push` does for a backend. For the first device, and for trouble.
 */
import { Push } from "@espalier/apple"
import { Console, Effect, Option, Result } from "effect"
import { Command, Flag } from "effect/cli"
import { refuse, text as textOf } from "./Files.ts"
import * as Flags from "./Flags.ts"
import * as Inputs from "./Inputs.ts"
import { Said } from "./Said.ts"
import { flags } from "./ServeFlags.ts"

const { pushCertificate, pushUrl, pushRoot } = flags

/**
 * Exit code 1 if any device was not reached. No token or magic is printed: pushes have numbers.
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
    topic: Flags.text("topic", "Topic of the devices. Default: that of the only certificate").pipe(
      Flag.withMetavar("<topic>"),
      Flag.optional,
    ),
    token: Flags.texts("token", "Push token of a device, in base64 as TokenUpdate brings it; repeat it for many").pipe(
      Flag.withMetavar("<base64>"),
    ),
    magic: Flags.texts("magic", "Push magic of that device; as many as tokens, in their order").pipe(
      Flag.withMetavar("<text>"),
    ),
  },
  Effect.fnUntraced(function* (options) {
    const { token, magic } = options
    if (options.pushCertificate.length === 0) return yield* refuse("--push-certificate: name at least one file")
    if (token.length === 0) return yield* refuse("--token: name at least one device, by --token and --magic")
    if (token.length !== magic.length) {
      return yield* refuse(`--magic: ${token.length} tokens and ${magic.length} magics; each token has one`)
    }
    const roots = yield* Effect.forEach(options.pushRoot, (path) => textOf("push-root", path))
    const apns = yield* Push.make({
      certificates: yield* Effect.forEach(options.pushCertificate, Inputs.pushCertificate),
      url: Option.getOrUndefined(options.pushUrl),
      ca: roots.length === 0 ? undefined : roots,
    }).pipe(
      Effect.mapError(({ option, message }) =>
        refuse(option === "url" ? `--push-url ${message.slice("url ".length)}` : `--push-certificate: ${message}`),
      ),
    )
    const topics = (yield* apns.certificateExpiry).map(({ topic }) => topic)
    const topic = Option.getOrElse(options.topic, () => (topics.length === 1 ? topics[0] : undefined))
    if (topic === undefined) return yield* refuse(`--topic: which one, ${topics.join(" or ")}?`)

    const batch = token.map((pushToken, index) => ({ topic, pushToken, pushMagic: magic[index] ?? "" }))
    const outcomes = yield* apns.pushMany(batch)
    yield* Effect.forEach(outcomes, (outcome, index) => Console.log(`${index + 1}  ${describe(outcome)}`))
    if (outcomes.some(Result.isFailure)) return yield* new Said()
  }, Effect.scoped),
).pipe(
  Command.withDescription("Wake devices through Apple's push service"),
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
      `failed    ${reason}: ${message}${retryAfter === undefined ? "" : `; again in ${retryAfter} seconds`}`,
  })
