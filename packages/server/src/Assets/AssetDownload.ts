/**
 * Downloads an asset that the backend returned as a URL. The bytes are streamed and never complete in memory.
 */
import { createHash } from "node:crypto"
import type { AssetLocation } from "@espalier/schema"
import { Effect, Stream } from "effect"
import { HttpClient, HttpClientRequest, HttpServerResponse } from "effect/http"
import * as InvalidResponse from "../Backend/InvalidResponse.ts"
import type { BackendUnavailable } from "../Backend/index.ts"

/** The time limit for the response to begin, and then for each part of it. */
const timeout = "15 seconds"

/**
 * Starts a download. The response streams it, with the media type and length of the URL's server.
 *
 * @category models
 * @since 0.1.0
 */
export type Download = (
  asset: AssetLocation,
  method: "GET" | "HEAD",
) => Effect.Effect<HttpServerResponse.HttpServerResponse, BackendUnavailable>

/**
 * Downloads over the `HttpClient`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<Download, never, HttpClient.HttpClient> = Effect.map(HttpClient.HttpClient, (client) =>
  Effect.fnUntraced(function* (asset, method) {
    const response = yield* client
      .execute(HttpClientRequest.make(method)(asset.url, { headers: { "accept-encoding": "identity" } }))
      .pipe(
        // A signed URL is a secret, so no span contains it, and its server receives no trace headers.
        Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
        Effect.timeout(timeout),
        Effect.mapError(() => InvalidResponse.make("The asset's URL does not respond")),
      )
    if (response.status !== 200)
      return yield* InvalidResponse.make(`The asset's URL returned status ${response.status}`)
    if ((response.headers["content-encoding"] ?? "identity") !== "identity") {
      return yield* InvalidResponse.make("The asset's URL returned a content-encoding that was not requested")
    }
    const length = Number(response.headers["content-length"] ?? Number.NaN)
    const options = {
      contentType: response.headers["content-type"] ?? "application/octet-stream",
      ...(Number.isSafeInteger(length) ? { contentLength: length } : {}),
    }
    if (method === "HEAD") return HttpServerResponse.stream(Stream.empty, options)
    const bytes = response.stream.pipe(
      Stream.mapError(() => InvalidResponse.make("The asset's download is incomplete")),
      Stream.timeoutOrElse({
        duration: timeout,
        orElse: () => Stream.fail(InvalidResponse.make("The asset's download timed out")),
      }),
    )
    return HttpServerResponse.stream(asset.sha256 === undefined ? bytes : verified(bytes, asset.sha256), options)
  }),
)

/** Sends each chunk when the next one has arrived, and the last one when the hash matches. */
const verified = (bytes: Stream.Stream<Uint8Array, BackendUnavailable>, sha256: string) =>
  Stream.suspend(() => {
    const hash = createHash("sha256")
    let held = new Uint8Array()
    const withheld = Stream.map(bytes, (chunk) => {
      hash.update(chunk)
      if (chunk.length === 0) return chunk
      const free = held
      held = new Uint8Array(chunk)
      return free
    })
    const last = Stream.suspend(() =>
      hash.digest("hex") === sha256
        ? Stream.make(held)
        : Stream.fail(InvalidResponse.make("The asset does not match its sha256")),
    )
    return Stream.concat(withheld, last)
  })
