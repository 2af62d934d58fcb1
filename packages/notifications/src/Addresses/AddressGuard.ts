/**
 * Keeps deliveries away from addresses that no receiver may have: the URLs of integrations come from the vendor's customers.
 *
 * A URL is checked when an integration is created or updated, so that its author learns at once what is wrong. The protection is the second
 * check, when a connection is made: the name is resolved once, every address of the answer is checked, and those addresses are dialled. A
 * name that resolves differently between the check and the connection gains nothing, because nothing resolves it again.
 *
 * **Gotchas**
 *
 * One invalid address among several makes the name invalid. A name that does not resolve is valid when an integration is created; the
 * receiver may follow.
 */
import { isIP, type LookupFunction, type Socket } from "node:net"
import type * as Undici from "@effect/platform-node/Undici"
import { buildConnector } from "@effect/platform-node/Undici"
import { Context, Effect, Layer } from "effect"
import { InvalidAddress, InvalidUrl } from "./AddressError.ts"
import { type InvalidCidr, rangeOf, within } from "./AddressRange.ts"
import * as ConnectionTiming from "./ConnectionTiming.ts"
import * as Resolver from "./Resolver.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface AddressGuardOptions {
  /** Ranges to allow although they are not public, in CIDR notation: `10.20.0.0/16`, `fd00::/8`. */
  readonly allow?: ReadonlyArray<string> | undefined
  /** Whether `http:` is allowed. Defaults to false. */
  readonly allowHttp?: boolean | undefined
  /** The ports to allow. Defaults to 80, 443 and all from 1024. */
  readonly ports?: ReadonlyArray<number> | undefined
  /** Resolves a name to all its addresses. Defaults to the hosts file and DNS: see `Resolver`. */
  readonly resolve?: Resolver.Resolve | undefined
}

/**
 * - `check` returns the URL as it will be requested, or why it is invalid.
 * - `connector` makes undici's connections, to valid addresses only, whose certificates come from `ca` (PEM) if it is given; any other connection fails with {@link InvalidAddress}.
 *
 * @category services
 * @since 0.1.0
 */
export class AddressGuard extends Context.Service<
  AddressGuard,
  {
    readonly check: (url: string) => Effect.Effect<URL, InvalidUrl | InvalidAddress>
    readonly connector: (options: {
      readonly timeout: number
      readonly ca?: string | undefined
    }) => Undici.buildConnector.connector
  }
>()("@espalier/notifications/AddressGuard") {}

const maxLength = 2048

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  options: AddressGuardOptions = {},
): Effect.fn.Return<AddressGuard["Service"], InvalidCidr> {
  const isAllowed = yield* Effect.fromResult(within(options.allow ?? []))
  const resolve = options.resolve ?? Resolver.make()

  const problemOf = (address: string): InvalidAddress | undefined => {
    const range = isAllowed(address) ? undefined : rangeOf(address)
    return range === undefined ? undefined : InvalidAddress.for(range)
  }
  const firstProblem = (addresses: ReadonlyArray<Resolver.ResolvedAddress>): InvalidAddress | undefined => {
    for (const { address } of addresses) {
      const problem = problemOf(address)
      if (problem !== undefined) return problem
    }
    return undefined
  }

  const lookup: LookupFunction = (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (first === undefined) return callback(Object.assign(new Error("no address"), { code: "ENOTFOUND" }), [])
        const problem = firstProblem(addresses)
        if (problem !== undefined) return callback(problem, [])
        // The socket dials the addresses that were checked.
        return all === true ? callback(null, [...addresses]) : callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    )
  }

  return {
    check: Effect.fnUntraced(function* (text) {
      const url = yield* parse(text, options)
      const host = unbracketed(url.hostname)
      if (isIP(host) !== 0) {
        const problem = problemOf(host)
        return problem === undefined ? url : yield* problem
      }
      const addresses = yield* Effect.orElseSucceed(
        Effect.tryPromise(() => resolve(host)),
        () => [],
      )
      const problem = firstProblem(addresses)
      return problem === undefined ? url : yield* problem
    }),
    connector: ({ timeout, ca }) => {
      const connect = buildConnector({
        timeout,
        allowH2: false,
        lookup,
        // Node's default is 250 ms for each address: too little for a receiver on another continent.
        autoSelectFamilyAttemptTimeout: Math.max(Math.floor(timeout / 4), 250),
        ...(ca === undefined ? {} : { ca }),
      })
      return (target, callback) => {
        const host = unbracketed(target.hostname)
        // A socket does not look up a literal address.
        const problem = isIP(host) === 0 ? undefined : problemOf(host)
        if (problem !== undefined) return callback(problem, null)
        const startedAt = performance.now()
        let lookedUpAt: number | undefined
        let connectedAt: number | undefined
        const socket: unknown = connect({ ...target, ...serverName(target) }, (...result) => {
          if (result[0] === null) {
            const now = performance.now()
            ConnectionTiming.set(result[1], {
              ...(lookedUpAt === undefined ? {} : { dns: Math.round(lookedUpAt - startedAt) }),
              connect: Math.round((connectedAt ?? now) - (lookedUpAt ?? startedAt)),
              ...(target.protocol === "https:" ? { tls: Math.round(now - (connectedAt ?? now)) } : {}),
            })
          }
          callback(...result)
        })
        if (isSocket(socket)) {
          socket.once("lookup", () => {
            lookedUpAt = performance.now()
          })
          socket.once("connect", () => {
            connectedAt = performance.now()
          })
        }
        return socket
      }
    },
  }
})

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = (options?: AddressGuardOptions): Layer.Layer<AddressGuard, InvalidCidr> =>
  Layer.effect(AddressGuard, make(options))

/** RFC 6066 §3: the server name of TLS has no dot at its end. */
const serverName = ({ hostname, servername }: Undici.buildConnector.Options): { servername?: string } => {
  const name = servername ?? hostname
  return name.endsWith(".") ? { servername: name.replace(/\.$/, "") } : {}
}

const isSocket = (u: unknown): u is Socket => typeof u === "object" && u !== null && "remoteAddress" in u

/** The host without the brackets of an IPv6 literal. */
const unbracketed = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1")

const parse = (text: string, options: AddressGuardOptions): Effect.Effect<URL, InvalidUrl> => {
  const invalid = (reason: InvalidUrl["reason"]) => Effect.fail(InvalidUrl.for(reason))
  const url = URL.parse(text)
  if (text.length > maxLength || (url?.href.length ?? 0) > maxLength) return invalid("TooLong")
  if (url === null || url.hostname === "") return invalid("NotAUrl")
  if (url.protocol !== "https:" && !(url.protocol === "http:" && options.allowHttp === true)) return invalid("Scheme")
  if (url.username !== "" || url.password !== "") return invalid("Credentials")
  // An empty fragment is visible in the text only.
  if (url.hash !== "" || text.includes("#")) return invalid("Fragment")
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port)
  const isPort =
    options.ports === undefined ? port === 80 || port === 443 || port >= 1024 : options.ports.includes(port)
  return isPort ? Effect.succeed(url) : invalid("Port")
}
