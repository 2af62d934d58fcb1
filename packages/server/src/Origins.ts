/**
 * The origins that this server answers for. Whitelabel: one server carries many, each vendor's devices call their own.
 *
 * A device's `Host` picks the origin out of the list; whatever is not in the list is refused (421), so a
 * request cannot make up an origin that a backend would then believe.
 */
import type { MdmOrigin } from "@espalier/schema"
import { Context, Effect, Layer, Result, Schema } from "effect"
import { HttpServer, type HttpServerRequest } from "effect/http"
import { Refusal } from "./Refusal.ts"

/**
 * An origin that cannot be served; the message says how one looks.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidOrigin extends Schema.TaggedError<InvalidOrigin>()("InvalidOrigin", { message: Schema.String }) {}

/**
 * The allow-list, as a function from a request to the origin it calls.
 *
 * @category services
 * @since 0.1.0
 */
export class Origins extends Context.Service<
  Origins,
  (request: HttpServerRequest.HttpServerRequest) => Effect.Effect<MdmOrigin, Refusal>
>()("@espalier/server/Origins") {
  /** The origins in the list, such as `https://mdm.example.com`, and no others. */
  static readonly layer = (origins: ReadonlyArray<string>): Layer.Layer<Origins, InvalidOrigin> =>
    Layer.effect(Origins, make(origins))

  /** The names by which this machine calls its own server, for trying things out; `https` where that ends TLS itself. */
  static readonly layerLoopback = (
    scheme: "http" | "https" = "http",
  ): Layer.Layer<Origins, InvalidOrigin, HttpServer.HttpServer> =>
    Layer.effect(
      Origins,
      Effect.flatMap(HttpServer.HttpServer, ({ address }) =>
        make("port" in address ? loopback.map((host) => `${scheme}://${host}:${address.port}`) : []),
      ),
    )
}

const loopback = ["localhost", "127.0.0.1", "[::1]"]

const make = Effect.fnUntraced(function* (
  origins: ReadonlyArray<string>,
): Effect.fn.Return<Origins["Service"], InvalidOrigin> {
  const byHost = new Map<string, MdmOrigin>()
  for (const text of origins) {
    const url = yield* Effect.fromResult(parse(text))
    for (const host of hostsOf(url)) byHost.set(host, { url: url.origin })
  }
  return (request) => {
    const origin = byHost.get(hostOf(request))
    return origin === undefined ? misdirected : Effect.succeed(origin)
  }
})

const misdirected = Effect.fail(
  new Refusal({ status: 421, detail: "This server does not answer for that host: add it to --origin" }),
)

const parse = (text: string): Result.Result<URL, InvalidOrigin> => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin =
    url !== undefined &&
    (url.protocol === "https:" || url.protocol === "http:") &&
    url.pathname === "/" &&
    url.search + url.hash + url.username + url.password === ""
  return isOrigin
    ? Result.succeed(url)
    : Result.fail(
        new InvalidOrigin({
          message: `"${text}" is not an origin: write scheme and host, such as https://mdm.example.com`,
        }),
      )
}

/** How a `Host` may name it. Without a port of its own it may carry that of either scheme: a proxy may have ended TLS. */
const hostsOf = (url: URL): ReadonlyArray<string> =>
  url.port === "" ? [url.host, `${url.host}:80`, `${url.host}:443`] : [url.host]

const hostOf = (request: HttpServerRequest.HttpServerRequest): string => (request.headers["host"] ?? "").toLowerCase()
