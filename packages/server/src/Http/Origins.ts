/**
 * The origins of this server. A whitelabel server has many: the devices of each vendor call their own.
 *
 * A request's `Host` selects the origin from the list. Other hosts are rejected (421), so a request cannot invent an origin that a backend would believe.
 */
import { Problem } from "@espalier/http"
import type { MdmOrigin } from "@espalier/schema"
import { Context, Effect, Layer, Result, Schema } from "effect"
import { HttpServer } from "effect/http"

/**
 * A text that is not an origin. The message shows an example.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidOrigin extends Schema.TaggedError<InvalidOrigin>()("InvalidOrigin", { message: Schema.String }) {}

/**
 * The list, as a function from a `Host` header to its origin.
 *
 * @category services
 * @since 0.1.0
 */
export class Origins extends Context.Service<
  Origins,
  (host: string | undefined) => Effect.Effect<MdmOrigin, Problem.Problem>
>()("@espalier/server/Origins") {
  /** The origins in the list, such as `https://mdm.example.com`, and no others. */
  static readonly layer = (origins: ReadonlyArray<string>): Layer.Layer<Origins, InvalidOrigin> =>
    Layer.effect(Origins, make(origins))

  /** This machine's own names for the server's port, to try it out; `https` where the server terminates TLS. */
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
  return (host = "") => {
    const origin = byHost.get(host.toLowerCase())
    return origin === undefined ? misdirected : Effect.succeed(origin)
  }
})

const misdirected = Effect.fail(
  new Problem.Problem({ status: 421, detail: "This host is not an origin of the server: add it to --origin" }),
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
          message: `"${text}" is not an origin: use a scheme and a host, such as https://mdm.example.com`,
        }),
      )
}

/** The `Host` values of an origin. One without a port may have the default port of either scheme, because a proxy may terminate TLS. */
const hostsOf = (url: URL): ReadonlyArray<string> =>
  url.port === "" ? [url.host, `${url.host}:80`, `${url.host}:443`] : [url.host]
