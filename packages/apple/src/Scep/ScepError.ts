/** Why a SCEP message was refused, and the one of SCEP's five words for it. */
import { Schema } from "effect"

/**
 * What a server may say went wrong (RFC 8894 § 3.2.1.4): an algorithm (`badAlg`), the message's integrity
 * (`badMessageCheck`), a request not permitted or supported (`badRequest`), its time (`badTime`), no certificate as asked for (`badCertId`).
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
 * What ties an answer to its request. Taken from a request before anything in it is verified: good for an answer, and for nothing else.
 *
 * @category models
 * @since 0.1.0
 */
export const Transaction = Schema.Struct({
  transactionId: Schema.String,
  senderNonce: Schema.Uint8Array,
})
/**
 * @category models
 * @since 0.1.0
 */
export type Transaction = typeof Transaction.Type

/**
 * A SCEP message that is refused. `transaction` is there when the message said enough to be answered with a CertRep; when
 * not, HTTP 400 is all that is left. The message says more than `failInfo`: it is for a log, not for the sender.
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
