/**
 * Resolves host names: the hosts file first, then DNS, with a deadline.
 *
 * The system's resolver (`getaddrinfo`) has no deadline and runs on a few threads that everything shares: one silent name server would delay
 * the look-ups of all integrations. This one waits for sockets only.
 *
 * **Details**
 *
 * Look-ups of a name at the same time share one query. A failure is remembered for some seconds. Successes are not: connections are kept open
 * instead, and a new connection sees the present address.
 *
 * **Gotchas**
 *
 * Names are looked up as they are, without the search domains of `resolv.conf`, and other sources of the system (mDNS, LDAP) are not asked.
 */
import { Resolver as DnsResolver, NODATA, NOTFOUND } from "node:dns"
import { readFile } from "node:fs/promises"
import { isIP } from "node:net"
import { Predicate } from "effect"

/**
 * @category models
 * @since 0.1.0
 */
export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/**
 * Resolves a name to all its addresses. Rejects with an error that has a `code`.
 *
 * @category models
 * @since 0.1.0
 */
export type Resolve = (hostname: string) => Promise<ReadonlyArray<ResolvedAddress>>

/**
 * @category models
 * @since 0.1.0
 */
export interface ResolverOptions {
  /** How long a look-up may take, in milliseconds. Defaults to 5 seconds. */
  readonly timeout?: number | undefined
  /** How long a failure is remembered, in milliseconds. Defaults to 5 seconds. */
  readonly failureLifetime?: number | undefined
  /** Defaults to `/etc/hosts`. */
  readonly hostsFile?: string | undefined
  /** Name servers, `127.0.0.1:53`. Defaults to those of the system. */
  readonly servers?: ReadonlyArray<string> | undefined
}

/** Distinct names whose failures are remembered. */
const maxFailures = 10_000

/**
 * Makes a resolver. It needs no closing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({
  timeout = 5000,
  failureLifetime = 5000,
  hostsFile = "/etc/hosts",
  servers,
}: ResolverOptions = {}): Resolve => {
  const running = new Map<string, Promise<ReadonlyArray<ResolvedAddress>>>()
  const failures = new Map<string, { readonly error: unknown; readonly until: number }>()

  const lookUp = async (name: string): Promise<ReadonlyArray<ResolvedAddress>> => {
    const local = await inHostsFile(hostsFile, name)
    if (local.length > 0) return local
    // RFC 6761 §6.3: these names are always the local host, whatever DNS says.
    if (name === "localhost" || name.endsWith(".localhost")) return loopback
    return query(name, { timeout, servers })
  }

  return (hostname) => {
    const name = hostname.toLowerCase().replace(/\.$/, "")
    const failure = failures.get(name)
    if (failure !== undefined && failure.until > performance.now()) return Promise.reject(failure.error)
    failures.delete(name)
    const known = running.get(name)
    if (known !== undefined) return known
    const found = lookUp(name)
      .catch((error: unknown) => {
        if (failures.size >= maxFailures) failures.clear()
        failures.set(name, { error, until: performance.now() + failureLifetime })
        throw error
      })
      .finally(() => running.delete(name))
    running.set(name, found)
    return found
  }
}

const loopback: ReadonlyArray<ResolvedAddress> = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
]

const withCode = (code: string): Error => Object.assign(new Error(`the name cannot be resolved (${code})`), { code })

/** Asks for both families at the same time. One that fails is no error as long as the other has addresses. */
const query = async (
  name: string,
  { timeout, servers }: { readonly timeout: number; readonly servers: ReadonlyArray<string> | undefined },
): Promise<ReadonlyArray<ResolvedAddress>> => {
  // A resolver for each look-up reads `resolv.conf` again and can be cancelled alone.
  const resolver = new DnsResolver({ timeout: Math.ceil(timeout / 3), tries: 2 })
  if (servers !== undefined) resolver.setServers(servers)
  const ask = (family: 4 | 6) =>
    new Promise<ReadonlyArray<ResolvedAddress>>((resolve, reject) => {
      const done = (error: NodeJS.ErrnoException | null, addresses: ReadonlyArray<string>) =>
        error === null ? resolve(addresses.map((address) => ({ address, family }))) : reject(error)
      if (family === 4) resolver.resolve4(name, done)
      else resolver.resolve6(name, done)
    })
  const deadline = setTimeout(() => resolver.cancel(), timeout)
  try {
    const results = await Promise.allSettled([ask(4), ask(6)])
    const addresses = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []))
    if (addresses.length > 0) return addresses
    const codes = results.map((result) => (result.status === "rejected" ? codeOf(result.reason) : NODATA))
    // A family without addresses says less than a name server that does not respond.
    throw withCode(codes.find((code) => code !== NODATA && code !== NOTFOUND) ?? codes[0] ?? NODATA)
  } finally {
    clearTimeout(deadline)
  }
}

const codeOf = (error: unknown): string => {
  const code = Predicate.hasProperty(error, "code") ? String(error.code) : ""
  return code === "ECANCELLED" || code === "ETIMEOUT" ? "DnsTimeout" : code
}

/** The addresses of a name in the hosts file, which is read for each look-up: it is small and in the system's cache. */
const inHostsFile = async (file: string, name: string): Promise<ReadonlyArray<ResolvedAddress>> => {
  const text = await readFile(file, "utf8").catch(() => "")
  return text.split("\n").flatMap((line): ReadonlyArray<ResolvedAddress> => {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/)
    const family = isIP(address)
    const isFamily = family === 4 || family === 6
    return isFamily && names.some((one) => one.toLowerCase() === name) ? [{ address, family }] : []
  })
}
