/**
 * The bytes of an asset that the backend gave as a URL, streamed through without ever being whole in memory.
 */
import { createHash } from "node:crypto"
import type { AssetLocation } from "@espalier/schema"
import { Effect, Stream } from "effect"
import { HttpClient, HttpClientRequest, HttpServerResponse } from "effect/http"
import type { BackendUnavailable } from "./Backend/index.ts"
import { badAnswer } from "./BadAnswer.ts"

/** How long to wait for the answer to begin, and then for each piece of it. */
const patience = "15 seconds"

/**
 * Starts a download. What comes back streams it, under the media type and length that the URL's server states.
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
        // A URL may be signed, and then it is a secret: it shows in no span, and its server learns of none.
        Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
        Effect.timeout(patience),
        Effect.mapError(() => badAnswer("The asset's URL does not answer")),
      )
    if (response.status !== 200) return yield* badAnswer(`The asset's URL answers ${response.status}`)
    if ((response.headers["content-encoding"] ?? "identity") !== "identity") {
      return yield* badAnswer("The asset's URL answers with a content-encoding that was not asked for")
    }
    const length = Number(response.headers["content-length"] ?? Number.NaN)
    const options = {
      contentType: response.headers["content-type"] ?? "application/octet-stream",
      ...(Number.isSafeInteger(length) ? { contentLength: length } : {}),
    }
    if (method === "HEAD") return HttpServerResponse.stream(Stream.empty, options)
    const bytes = response.stream.pipe(
      Stream.mapError(() => badAnswer("The asset's download broke off")),
      Stream.timeoutOrElse({
        duration: patience,
        orElse: () => Stream.fail(badAnswer("The asset's download came to a halt")),
      }),
    )
    return HttpServerResponse.stream(asset.sha256 === undefined ? bytes : verified(bytes, asset.sha256), options)
  }),
)

/** Lets each chunk go when the next has come, and the last when the hash is right. */
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
      hash.digest("hex") === sha256 ? Stream.make(held) : Stream.fail(badAnswer("The asset does not have its sha256")),
    )
    return Stream.concat(withheld, last)
  })
