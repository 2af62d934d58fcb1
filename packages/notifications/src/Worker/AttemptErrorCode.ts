/**
 * The code of the error of an attempt. It contains nothing of the URL.
 */
import { ErrorCode } from "@espalier/http"
import { Predicate } from "effect"

/** Codes that say nothing, by the text of the error that has them. */
const byText: ReadonlyArray<readonly [text: RegExp, code: string]> = [
  [/key too weak|key too small/i, "CertificateKeyTooWeak"],
  [/certificate required|alert number 116/i, "ClientCertificateRequired"],
  [/^bad response$/, "UnexpectedContinue"],
  [/header.*(?:overflow|too large)/i, "ResponseHeadersTooLarge"],
]

const unspecific: ReadonlyMap<string, string> = new Map([
  ["UNSPECIFIED", "CertificateInvalid"],
  ["UND_ERR_SOCKET", "ConnectionClosed"],
  ["UND_ERR_HEADERS_OVERFLOW", "ResponseHeadersTooLarge"],
  ["HTTPParserError", "InvalidResponse"],
])

/**
 * The code of an error: that of `AddressGuard` by its tag, that of the system, of TLS or undici otherwise. A code that says nothing is replaced by
 * one that does.
 *
 * @category accessors
 * @since 0.1.0
 */
export const errorCode = (error: unknown): string => {
  if (Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag)) return error._tag
  const code = ErrorCode.of(error)
  if (code.startsWith("HPE_")) return code === "HPE_HEADER_OVERFLOW" ? "ResponseHeadersTooLarge" : "InvalidResponse"
  const text = `${textOf(error)} ${Predicate.hasProperty(error, "cause") ? textOf(error.cause) : ""}`.trim()
  return byText.find(([pattern]) => pattern.test(text))?.[1] ?? unspecific.get(code) ?? code
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : "")
