/**
 * Which addresses are nobody's receiver: those of this host, of its network, and those that only look public.
 *
 * IPv4 follows IANA's registry of special-purpose addresses. IPv6 is the other way round: what is not global unicast (`2000::/3`)
 * is refused, and inside it what is special. Forms that carry an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) are
 * refused as such, whatever they carry: no receiver needs them, and a gateway may lead them home.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
import { BlockList, isIP } from "node:net"
import { Result, Schema } from "effect"

/**
 * A CIDR of the allow-list that is none: `cidr` as it was given.
 *
 * @category errors
 * @since 0.1.0
 */
export class CidrError extends Schema.TaggedError<CidrError>("espalier/notifications/CidrError")("CidrError", {
  cidr: Schema.String,
}) {
  override get message(): string {
    return `${this.cidr} is not an address range such as 10.0.0.0/8 or fd00::/8`
  }
}

const refused: ReadonlyArray<readonly [cidr: string, name: string]> = [
  ["0.0.0.0/8", "this network"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "shared (CGNAT)"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.0/24", "protocol assignments"],
  ["192.0.2.0/24", "documentation"],
  ["192.88.99.0/24", "6to4 relay"],
  ["192.168.0.0/16", "private"],
  ["198.18.0.0/15", "benchmarking"],
  ["198.51.100.0/24", "documentation"],
  ["203.0.113.0/24", "documentation"],
  ["224.0.0.0/4", "multicast"],
  ["255.255.255.255/32", "broadcast"],
  ["240.0.0.0/4", "reserved"],
  ["::/128", "unspecified"],
  ["::1/128", "loopback"],
  ["::ffff:0:0/96", "IPv4-mapped"],
  ["::/96", "IPv4-compatible"],
  ["64:ff9b::/96", "NAT64"],
  ["64:ff9b:1::/48", "NAT64"],
  ["100::/64", "discard"],
  ["2001::/32", "Teredo"],
  ["2001::/23", "protocol assignments"],
  ["2001:db8::/32", "documentation"],
  ["2002::/16", "6to4"],
  ["3fff::/20", "documentation"],
  ["5f00::/16", "segment routing"],
  ["fc00::/7", "unique local"],
  ["fe80::/10", "link-local"],
  ["fec0::/10", "site-local"],
  ["ff00::/8", "multicast"],
  ["::/3", "reserved"],
  ["4000::/2", "reserved"],
  ["8000::/1", "reserved"],
]

const familyOf = (address: string): "ipv4" | "ipv6" => (isIP(address) === 4 ? "ipv4" : "ipv6")

const add = (list: BlockList, cidr: string): boolean => {
  const [address = "", bits = "", more] = cidr.split("/")
  const most = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : 0
  if (more !== undefined || !/^\d{1,3}$/.test(bits) || Number(bits) > most || address.includes("%")) return false
  list.addSubnet(address, Number(bits), familyOf(address))
  return true
}

// One list a range, asked only for addresses of its own family: a `BlockList` takes mapped addresses for IPv4 ones and back.
const ranges = refused.map(([cidr, name]) => {
  const list = new BlockList()
  add(list, cidr)
  return { list, name, family: familyOf(cidr.split("/")[0] ?? "") }
})

/**
 * The name of the range that an address is refused for, `undefined` when it is public. What is no address is refused too, and so
 * is one with a zone (`fe80::1%eth0`).
 *
 * @category guards
 * @since 0.1.0
 */
export const rangeOf = (address: string): string | undefined => {
  if (isIP(address) === 0 || address.includes("%")) return "not an address"
  const family = familyOf(address)
  return ranges.find((range) => range.family === family && range.list.check(address, family))?.name
}

/**
 * Whether an address lies in one of some ranges. An IPv4 range holds the IPv4-mapped form of its addresses as well.
 *
 * @category constructors
 * @since 0.1.0
 */
export const within = (cidrs: ReadonlyArray<string>): Result.Result<(address: string) => boolean, CidrError> => {
  const list = new BlockList()
  for (const cidr of cidrs) if (!add(list, cidr)) return Result.fail(new CidrError({ cidr }))
  return Result.succeed(
    (address) => isIP(address) !== 0 && !address.includes("%") && list.check(address, familyOf(address)),
  )
}
