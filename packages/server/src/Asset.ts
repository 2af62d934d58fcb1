/**
 * `GET` and `HEAD /mdm/apple/assets/:identifier`: the bytes that a declaration refers to.
 *
 * A `GET` has no body to sign, so a device proves itself here only by mutual TLS; the backend hears the certificate, or that there was none.
 *
 * An asset that the backend gives as bytes has a strong `ETag` (its SHA-256) and is served whole, by one byte range, or not at all when the
 * device has it. An asset that it gives as a URL is streamed through; with a `sha256` its last bytes are held back until
 * the hash is right, so that a device never gets a whole file that is the wrong one.
 */
import { createHash } from "node:crypto"
import { Certificate } from "@espalier/apple"
import type { AssetContent, AssetLocation } from "@espalier/schema"
import { Effect } from "effect"
import { Base64 } from "effect/encoding"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as AssetDownload from "./AssetDownload.ts"
import { type BackendError, ManagementBackend } from "./Backend/index.ts"
import { badAnswer } from "./BadAnswer.ts"
import * as ByteRange from "./ByteRange.ts"
import { DeviceIdentity } from "./DeviceIdentity.ts"
import * as DeviceResponse from "./DeviceResponse.ts"
import { observed, refused } from "./Observation.ts"
import { Origins } from "./Origins.ts"
import { Refusal } from "./Refusal.ts"

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

    const answer = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      yield* originOf(request)
      const identifier = yield* identifierOf(request)
      const certificate = yield* identity.of(request, undefined)
      const asset = yield* backend.asset({
        identifier,
        ...(certificate === undefined ? {} : { identityCertificate: Certificate.toPem(certificate) }),
      })
      if (asset === null) return DeviceResponse.status(404)
      return "content" in asset ? yield* content(asset, request) : yield* location(asset, request, download)
    }).pipe(DeviceResponse.orElse("asset"), observed("asset"), Effect.catchTag("Refusal", refused))

    yield* router.add("GET", "/mdm/apple/assets/:identifier", answer)
  }),
)

/** Not the router's parameter: that ends at a `;`, which an identifier may have in it (RFC 3986 §3.3). */
const identifierOf = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<string, Refusal> =>
  Effect.try({
    try: () => decodeURIComponent((request.url.split(/[?#]/, 1)[0] ?? "").replace(/^.*?\/assets\/+/i, "")),
    catch: () => new Refusal({ status: 400, detail: "The identifier is not UTF-8, percent-encoded" }),
  }).pipe(
    Effect.filterOrFail(
      (identifier) => identifier !== "",
      () => new Refusal({ status: 404, detail: "An asset has an identifier" }),
    ),
  )

const content = Effect.fnUntraced(function* (
  asset: AssetContent,
  request: HttpServerRequest.HttpServerRequest,
): Effect.fn.Return<HttpServerResponse.HttpServerResponse, BackendError | Refusal> {
  const bytes = yield* Effect.mapError(Effect.fromResult(Base64.decode(asset.content)), () =>
    badAnswer("The asset's content is not base64"),
  )
  if (!/^[ -~]+$/.test(asset.contentType)) return yield* badAnswer("The asset's contentType is no media type")
  const etag = `"${createHash("sha256").update(bytes).digest("hex")}"`
  const headers = { etag, "accept-ranges": "bytes" }
  if (isFresh(request, etag)) return HttpServerResponse.empty({ status: 304, headers })

  const ifRange = request.headers["if-range"]
  const applies = request.method === "GET" && (ifRange === undefined || ifRange === etag)
  const range = applies ? ByteRange.parse(request.headers["range"], bytes.length) : undefined
  if (range === "unsatisfiable") {
    return yield* new Refusal({
      status: 416,
      detail: "No byte of the asset is in that range",
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
