/**
 * `GET` and `HEAD /mdm/apple/assets/:identifier`: the bytes that a declaration refers to.
 *
 * **Details**
 *
 * A `GET` has no body to sign, so a device proves its identity here only by mutual TLS. The backend receives the certificate, where there is one.
 *
 * An asset that the backend returns as bytes has a strong `ETag` (its SHA-256) and is sent whole, as one byte range, or not at all when the device has
 * it. An asset that it returns as a URL is streamed; with a `sha256`, the last bytes are held back until the hash matches, so that a
 * device never gets a complete file that is the wrong one.
 */
import { createHash } from "node:crypto"
import { Certificate } from "@espalier/apple"
import { Problem } from "@espalier/http"
import type { AssetContent, AssetLocation } from "@espalier/schema"
import { Effect } from "effect"
import { Base64 } from "effect/encoding"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as InvalidResponse from "../Backend/InvalidResponse.ts"
import { type BackendError, ManagementBackend } from "../Backend/index.ts"
import * as DeviceResponse from "../Http/DeviceResponse.ts"
import { Origins } from "../Http/Origins.ts"
import * as Telemetry from "../Http/Telemetry.ts"
import { DeviceIdentity } from "../Identity/DeviceIdentity.ts"
import * as IdentityEvidence from "../Identity/IdentityEvidence.ts"
import * as ErrorReply from "../Mdm/ErrorReply.ts"
import * as MdmReply from "../Mdm/MdmReply.ts"
import * as AssetDownload from "./AssetDownload.ts"
import * as ByteRange from "./ByteRange.ts"

/**
 * The route.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const backend = yield* ManagementBackend
    const identity = yield* DeviceIdentity
    const originOf = yield* Origins
    const download = yield* AssetDownload.make

    const respond = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const mdmOrigin = yield* originOf(request.headers["host"])
      const identifier = yield* identifierOf(request)
      const certificate = yield* identity.verify(IdentityEvidence.fromRequest(request, undefined))
      const asset = yield* backend.asset({
        identifier,
        mdmOrigin,
        ...(certificate === undefined ? {} : { identityCertificate: Certificate.toPem(certificate) }),
      })
      if (asset === null) return DeviceResponse.fromReply(MdmReply.status(404))
      return "content" in asset ? yield* content(asset, request) : yield* location(asset, request, download)
    }).pipe(
      ErrorReply.orElse("asset", (reply) => DeviceResponse.fromReply(reply)),
      Telemetry.response("asset"),
      Effect.catchTag("Problem", Telemetry.problemResponse),
    )

    yield* router.add("GET", "/mdm/apple/assets/:identifier", respond)
  }),
)

/** The router's parameter ends at a `;`, which an identifier may contain (RFC 3986 §3.3). */
const identifierOf = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<string, Problem.Problem> =>
  Effect.try({
    try: () => decodeURIComponent((request.url.split(/[?#]/, 1)[0] ?? "").replace(/^.*?\/assets\/+/i, "")),
    catch: () => new Problem.Problem({ status: 400, detail: "The identifier must be UTF-8, percent-encoded" }),
  }).pipe(
    Effect.filterOrFail(
      (identifier) => identifier !== "",
      () => new Problem.Problem({ status: 404, detail: "The identifier is missing" }),
    ),
  )

const content = Effect.fnUntraced(function* (
  asset: AssetContent,
  request: HttpServerRequest.HttpServerRequest,
): Effect.fn.Return<HttpServerResponse.HttpServerResponse, BackendError | Problem.Problem> {
  const bytes = yield* Effect.mapError(Effect.fromResult(Base64.decode(asset.content)), () =>
    InvalidResponse.make("The content of the asset is not base64"),
  )
  if (!/^[ -~]+$/.test(asset.contentType))
    return yield* InvalidResponse.make("The contentType of the asset is not a media type")
  const etag = `"${createHash("sha256").update(bytes).digest("hex")}"`
  const headers = { etag, "accept-ranges": "bytes" }
  if (isFresh(request, etag)) return HttpServerResponse.empty({ status: 304, headers })

  const ifRange = request.headers["if-range"]
  const applies = request.method === "GET" && (ifRange === undefined || ifRange === etag)
  const range = applies ? ByteRange.parse(request.headers["range"], bytes.length) : undefined
  if (range === "unsatisfiable") {
    return yield* new Problem.Problem({
      status: 416,
      detail: "The range is outside of the asset",
      headers: { "content-range": `bytes */${bytes.length}` },
    })
  }
  if (range === undefined) return HttpServerResponse.uint8Array(bytes, { contentType: asset.contentType, headers })
  return HttpServerResponse.uint8Array(bytes.subarray(range.first, range.last + 1), {
    status: 206,
    contentType: asset.contentType,
    headers: { ...headers, "content-range": `bytes ${range.first}-${range.last}/${bytes.length}` },
  })
})

const location = Effect.fnUntraced(function* (
  asset: AssetLocation,
  request: HttpServerRequest.HttpServerRequest,
  download: AssetDownload.Download,
): Effect.fn.Return<HttpServerResponse.HttpServerResponse, BackendError> {
  const etag = asset.sha256 === undefined ? undefined : `"${asset.sha256}"`
  const headers = { "accept-ranges": "none", ...(etag === undefined ? {} : { etag }) }
  if (etag !== undefined && isFresh(request, etag)) return HttpServerResponse.empty({ status: 304, headers })
  return HttpServerResponse.setHeaders(yield* download(asset, request.method === "HEAD" ? "HEAD" : "GET"), headers)
})

/** RFC 9110 §13.1.2: the weak comparison, over a list or `*`. */
const isFresh = (request: HttpServerRequest.HttpServerRequest, etag: string): boolean =>
  (request.headers["if-none-match"] ?? "")
    .split(",")
    .map((tag) => tag.trim())
    .some((tag) => tag === "*" || tag === etag || tag === `W/${etag}`)
