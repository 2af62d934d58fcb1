/**
 * Requests as `curl` commands. Secrets in them are redacted, so a server may reject the repetition.
 */
import type { Exchange, ExchangeCall } from "@espalier/schema"

/** Quoted for a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const curl = (method: string, url: string, contentType: string | undefined, body: string | undefined): string =>
  [
    `curl -X ${method} ${quoted(url)}`,
    ...(contentType === undefined ? [] : [`-H ${quoted(`content-type: ${contentType}`)}`]),
    ...(body === undefined ? [] : [`--data-binary ${quoted(body)}`]),
  ].join(" \\\n  ")

/** The device's request; `origin` is the server's. */
export const curlOfRequest = ({ method, path, request }: Exchange, origin: string): string =>
  curl(method, `${origin}${path}`, request?.contentType, request?.text)

/** The server's webhook call; `origin` is the backend's. */
export const curlOfCall = ({ webhook, request }: ExchangeCall, origin: string): string =>
  curl(
    "POST",
    `${origin}/webhook/apple/${webhook.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    request.contentType,
    request.text ?? (request.json === undefined ? undefined : JSON.stringify(request.json)),
  )
