/**
 * Lets somebody look on at the calls of a backend: what was asked, and what came of it. Nobody does unless a {@link CallObserver} is
 * provided where the calls are made.
 *
 * What it sees holds everything that was said, secrets too: blotting them out is the observer's part.
 */
import { type AnswerOf, type RequestOf, WebhookError, type WebhookName, webhookOf } from "@espalier/schema"
import { Clock, Context, Effect, Exit, Option, Schema } from "effect"
import type { BackendError } from "./BackendError.ts"

/**
 * A call that has ended, with all its tries. `at`: Unix time in milliseconds; `duration`: milliseconds. `request` and `answer`: JSON as it
 * travels, less what the protocol does not know. `status`: that of the last try, if it was answered. `error`: why there is no
 * usable answer; a backend's own typed error is an answer.
 *
 * @category models
 * @since 0.1.0
 */
export interface ObservedCall {
  readonly webhook: WebhookName
  readonly at: number
  readonly duration: number
  readonly request: unknown
  readonly status?: number
  readonly answer?: unknown
  readonly error?: string
}

/**
 * Hears of each call when it has ended. It must not throw, and it runs before the caller goes on.
 *
 * @category services
 * @since 0.1.0
 */
export const CallObserver = Context.Reference<((call: ObservedCall) => void) | undefined>(
  "@espalier/server/CallObserver",
  { defaultValue: () => undefined },
)

/**
 * What a call under way notes for an observer.
 *
 * @category models
 * @since 0.1.0
 */
export interface Notes {
  status: number | undefined
}

/**
 * A call that can be looked on at.
 *
 * @category constructors
 * @since 0.1.0
 */
export const observable = <Name extends WebhookName, R>(
  name: Name,
  call: (request: RequestOf<Name>, notes: Notes) => Effect.Effect<AnswerOf<Name>, BackendError, R>,
): ((request: RequestOf<Name>) => Effect.Effect<AnswerOf<Name>, BackendError, R>) => {
  const { request: requestSchema, answer: answerSchema } = webhookOf(name)
  const encodeRequest = Schema.encodeOption(requestSchema)
  const encodeAnswer = Schema.encodeOption(answerSchema)

  const outcome = (exit: Exit.Exit<AnswerOf<Name>, BackendError>): Pick<ObservedCall, "answer" | "error"> => {
    if (Exit.isSuccess(exit)) return answered(encodeAnswer(exit.value))
    const error = Option.getOrUndefined(Exit.findErrorOption(exit))
    if (error === undefined) return { error: "Interrupted" }
    return error._tag === "BackendUnavailable"
      ? { error: `${error.reason}: ${error.message}` }
      : answered(encodeError(error))
  }

  return (request) =>
    Effect.flatMap(CallObserver, (observer) => {
      const notes: Notes = { status: undefined }
      if (observer === undefined) return call(request, notes)
      return Effect.flatMap(Clock.currentTimeMillis, (at) =>
        Effect.onExit(call(request, notes), (exit) =>
          Effect.map(Clock.currentTimeMillis, (now) =>
            observer({
              webhook: name,
              at,
              duration: now - at,
              request: Option.getOrUndefined(encodeRequest(request)),
              ...(notes.status === undefined ? {} : { status: notes.status }),
              ...outcome(exit),
            }),
          ),
        ),
      )
    })
}

const encodeError = Schema.encodeOption(WebhookError)

/** An answer of nothing (`event`) is none to show. */
const answered = (answer: Option.Option<unknown>): Pick<ObservedCall, "answer"> =>
  Option.isSome(answer) && answer.value !== undefined ? { answer: answer.value } : {}
