/**
 * A hook that runs after each call to a backend, with the request and its outcome. There is none unless {@link CallHook} is provided where the calls
 * are made.
 *
 * **Gotchas**
 *
 * The hook receives everything that was sent and received, secrets included. Redaction is its own task.
 */
import { type AnswerOf, type RequestOf, WebhookError, type WebhookName, webhookOf } from "@espalier/schema"
import { Clock, Context, Effect, Exit, Option, Schema } from "effect"
import type { BackendError } from "./BackendError.ts"

/**
 * A finished call, all attempts together.
 *
 * **Details**
 *
 * `at` is in Unix milliseconds, `duration` in milliseconds. `request` and `answer` are JSON as sent and received, without members that the protocol
 * does not define. `status` is that of the last attempt, where there was a response. `error` says why there is no usable response; a typed
 * error of the backend is an `answer`.
 *
 * @category models
 * @since 0.1.0
 */
export interface CallInfo {
  readonly webhook: WebhookName
  readonly at: number
  readonly duration: number
  readonly request: unknown
  readonly status?: number
  readonly answer?: unknown
  readonly error?: string
}

/**
 * Runs after each call, before its caller continues. It must not throw.
 *
 * @category services
 * @since 0.1.0
 */
export const CallHook = Context.Reference<((call: CallInfo) => void) | undefined>("@espalier/server/CallHook", {
  defaultValue: () => undefined,
})

/**
 * What a running call records for the hook.
 *
 * @category models
 * @since 0.1.0
 */
export interface CallRecord {
  status: number | undefined
}

/**
 * Makes a call run the hook.
 *
 * @category constructors
 * @since 0.1.0
 */
export const withHook = <Name extends WebhookName, R>(
  name: Name,
  call: (request: RequestOf<Name>, record: CallRecord) => Effect.Effect<AnswerOf<Name>, BackendError, R>,
): ((request: RequestOf<Name>) => Effect.Effect<AnswerOf<Name>, BackendError, R>) => {
  const { request: requestSchema, answer: answerSchema } = webhookOf(name)
  const encodeRequest = Schema.encodeOption(requestSchema)
  const encodeAnswer = Schema.encodeOption(answerSchema)

  const outcome = (exit: Exit.Exit<AnswerOf<Name>, BackendError>): Pick<CallInfo, "answer" | "error"> => {
    if (Exit.isSuccess(exit)) return answerOf(encodeAnswer(exit.value))
    const error = Option.getOrUndefined(Exit.findErrorOption(exit))
    if (error === undefined) return { error: "Interrupted" }
    return error._tag === "BackendUnavailable"
      ? { error: `${error.reason}: ${error.message}` }
      : answerOf(encodeError(error))
  }

  return (request) =>
    Effect.flatMap(CallHook, (hook) => {
      const record: CallRecord = { status: undefined }
      if (hook === undefined) return call(request, record)
      return Effect.flatMap(Clock.currentTimeMillis, (at) =>
        Effect.onExit(call(request, record), (exit) =>
          Effect.map(Clock.currentTimeMillis, (now) =>
            hook({
              webhook: name,
              at,
              duration: now - at,
              request: Option.getOrUndefined(encodeRequest(request)),
              ...(record.status === undefined ? {} : { status: record.status }),
              ...outcome(exit),
            }),
          ),
        ),
      )
    })
}

const encodeError = Schema.encodeOption(WebhookError)

/** A webhook without a response value (`event`) has no answer to report. */
const answerOf = (answer: Option.Option<unknown>): Pick<CallInfo, "answer"> =>
  Option.isSome(answer) && answer.value !== undefined ? { answer: answer.value } : {}
