/** Why a SCEP message was rejected, with one of the five `failInfo` values of SCEP. */
import { Schema } from "effect"

/**
 * The reason of a failure (RFC 8894 § 3.2.1.4): an algorithm (`badAlg`), the message's integrity
 * (`badMessageCheck`), a request that is not permitted or supported (`badRequest`), its time (`badTime`), no such certificate (`badCertId`).
 *
 * @category models
 * @since 0.1.0
 */
export const FailInfo = Schema.Literals(["badAlg", "badMessageCheck", "badRequest", "badTime", "badCertId"])
/**
 * @category models
 * @since 0.1.0
 */
export type FailInfo = typeof FailInfo.Type

/**
 * Identifies the request that a response belongs to. It is read before the request is verified: use it for the response only.
 *
 * @category models
 * @since 0.1.0
 */
export const Transaction = Schema.Struct({
  transactionId: Schema.String,
  senderNonce: Schema.optionalKey(Schema.Uint8Array),
})
/**
 * @category models
 * @since 0.1.0
 */
export type Transaction = typeof Transaction.Type

/**
 * A rejected SCEP message. `transaction` is present when the message can be answered with a CertRep; otherwise
 * the response is HTTP 400. `message` is more specific than `failInfo`: it is for a log, not for the sender.
 *
 * @category errors
 * @since 0.1.0
 */
export class ScepError extends Schema.TaggedError<ScepError>()("ScepError", {
  failInfo: FailInfo,
  message: Schema.String,
  transaction: Schema.optionalKey(Transaction),
}) {}

/**
 * @category constructors
 * @since 0.1.0
 */
export const scepError = (failInfo: FailInfo, message: string, transaction?: Transaction): ScepError =>
  new ScepError(transaction === undefined ? { failInfo, message } : { failInfo, message, transaction })
