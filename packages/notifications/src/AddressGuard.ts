/**
 * Keeps deliveries away from addresses that are nobody's receiver: integrations' URLs come from the vendor's customers.
 *
 * A URL is checked when it is given, so that whoever gives it hears at once what is wrong. What protects is the second check, when a
 * connection is made: the name is resolved once, every address of the answer is checked, and those very addresses are
 * dialled. A name that answers otherwise between check and connect gains nothing, since nobody asks again.
 *
 * What surprises: one refused address among several refuses the name. A name that does not resolve is fine when it is given;
 * the receiver may be yet to come.
 */
import { lookup as systemLookup } from "node:dns/promises"
import { isIP, type LookupFunction } from "node:net"
import type * as Undici from "@effect/platform-node/Undici"
import { buildConnector } from "@effect/platform-node/Undici"
import { Context, Effect, Layer } from "effect"
import { AddressRefused, UrlRefused } from "./AddressError.ts"
import { type CidrError, rangeOf, within } from "./AddressRange.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/**
 * @category models
 * @since 0.1.0
 */
export interface AddressGuardOptions {
  /** Ranges to let through although they are refused, as CIDR: `10.20.0.0/16`, `fd00::/8`. */
  readonly allow?: ReadonlyArray<string> | undefined
  /** Whether `http:` is fine. Defaults to false. */
  readonly allowHttp?: boolean | undefined
  /** The ports to let through. Defaults to 80, 443 and all from 1024. */
  readonly ports?: ReadonlyArray<number> | undefined
  /** All addresses of a name. Defaults to what the system says (`getaddrinfo`). */
  readonly resolve?: ((hostname: string) => Promise<ReadonlyArray<ResolvedAddress>>) | undefined
}

/**
 * - `check`: the URL as it will be called, or why it will not.
 * - `connector`: makes undici's connections, to checked addresses only; anything else fails with {@link AddressRefused}.
 *
 * @category services
 * @since 0.1.0
 */
export class AddressGuard extends Context.Service<
  AddressGuard,
  {
    readonly check: (url: string) => Effect.Effect<URL, UrlRefused | AddressRefused>
    readonly connector: (options: { readonly timeout: number }) => Undici.buildConnector.connector
  }
>()("espalier/notifications/AddressGuard") {}

const maxLength = 2048

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  options: AddressGuardOptions = {},
): Effect.fn.Return<AddressGuard["Service"], CidrError> {
  const isAllowed = yield* Effect.fromResult(within(options.allow ?? []))
  const resolve = options.resolve ?? resolveBySystem

  const refusalOf = (address: string): AddressRefused | undefined => {
    const range = isAllowed(address) ? undefined : rangeOf(address)
    return range === undefined ? undefined : AddressRefused.for(range)
  }
  const firstRefusal = (addresses: ReadonlyArray<ResolvedAddress>): AddressRefused | undefined => {
    for (const { address } of addresses) {
      const refusal = refusalOf(address)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  const lookup: LookupFunction = (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (first === undefined) return callback(Object.assign(new Error("no address"), { code: "ENOTFOUND" }), [])
        const refusal = firstRefusal(addresses)
        if (refusal !== undefined) return callback(refusal, [])
        // What was checked is what the socket gets, and it asks nobody else.
        return all === true ? callback(null, [...addresses]) : callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    )
  }

  return {
    check: Effect.fnUntraced(function* (text) {
      const url = yield* shape(text, options)
      const host = bare(url.hostname)
      if (isIP(host) !== 0) {
        const refusal = refusalOf(host)
        return refusal === undefined ? url : yield* refusal
      }
      const addresses = yield* Effect.orElseSucceed(
        Effect.tryPromise(() => resolve(host)),
        () => [],
      )
      const refusal = firstRefusal(addresses)
      return refusal === undefined ? url : yield* refusal
    }),
    connector: ({ timeout }) => {
      const connect = buildConnector({ timeout, allowH2: false, lookup })
      return (target, callback) => {
        const host = bare(target.hostname)
        // A socket asks nobody about a literal address.
        const refusal = isIP(host) === 0 ? undefined : refusalOf(host)
        if (refusal !== undefined) return callback(refusal, null)
        return connect(target, callback)
      }
    },
  }
})

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = (options?: AddressGuardOptions): Layer.Layer<AddressGuard, CidrError> =>
  Layer.effect(AddressGuard, make(options))

/** The host without the brackets of an IPv6 literal. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1")

const shape = (text: string, options: AddressGuardOptions): Effect.Effect<URL, UrlRefused> => {
  const refuse = (reason: UrlRefused["reason"]) => Effect.fail(UrlRefused.for(reason))
  if (text.length > maxLength) return refuse("TooLong")
  const url = URL.parse(text)
  if (url === null || url.hostname === "") return refuse("NotAUrl")
  if (url.protocol !== "https:" && !(url.protocol === "http:" && options.allowHttp === true)) return refuse("Scheme")
  if (url.username !== "" || url.password !== "") return refuse("Credentials")
  // An empty fragment leaves no trace but its mark.
  if (url.hash !== "" || text.includes("#")) return refuse("Fragment")
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port)
  const isPort =
    options.ports === undefined ? port === 80 || port === 443 || port >= 1024 : options.ports.includes(port)
  return isPort ? Effect.succeed(url) : refuse("Port")
}

const resolveBySystem = async (hostname: string): Promise<ReadonlyArray<ResolvedAddress>> =>
  (await systemLookup(hostname, { all: true })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }))
