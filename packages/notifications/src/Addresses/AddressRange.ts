/**
 * The address ranges that no receiver may have: those of this host, of its network, and those that only look public.
 *
 * IPv4 follows IANA's registry of special-purpose addresses. IPv6 works the other way round: only global unicast (`2000::/3`) is allowed,
 * without its special ranges. Forms that carry an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) are not allowed whatever they
 * carry: no receiver needs them, and a gateway may route them into the local network.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
import { Option, Result, Schema } from "effect"
import { IpInterface, IpNetwork, NetAddress } from "effect/net"

/**
 * An entry of the allow list is not an address range in CIDR notation. `cidr` is the text.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidCidr extends Schema.TaggedError<InvalidCidr>("@espalier/notifications/InvalidCidr")("InvalidCidr", {
  cidr: Schema.String,
}) {
  override get message(): string {
    return `${this.cidr} is not an address range such as 10.0.0.0/8 or fd00::/8`
  }
}

const ranges = (
  [
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
  ] as const
).map(([cidr, name]) => ({ network: IpNetwork.fromStringUnsafe(cidr), name }))

/**
 * The name of the range that makes an address invalid; `undefined` for a public address. Text that is not an address is invalid too, and so
 * is an address with a zone (`fe80::1%eth0`).
 *
 * @category accessors
 * @since 0.1.0
 */
export const rangeOf = (address: string): string | undefined =>
  Result.match(NetAddress.ipFromString(address), {
    onFailure: () => "not an address",
    onSuccess: (ip) => ranges.find(({ network }) => IpNetwork.contains(network, ip))?.name,
  })

/**
 * Makes a test whether an address is in one of some ranges. An IPv4 range contains the IPv4-mapped form of its addresses as well.
 *
 * @category constructors
 * @since 0.1.0
 */
export const within = (cidrs: ReadonlyArray<string>): Result.Result<(address: string) => boolean, InvalidCidr> =>
  Result.map(Result.all(cidrs.map(parse)), (networks) => (address) => {
    const ip = Result.getOrUndefined(NetAddress.ipFromString(address))
    if (ip === undefined) return false
    const mapped = NetAddress.isIpv6Address(ip) ? NetAddress.fromIpv4Mapped(ip) : Option.none()
    const addresses = [ip, ...Option.toArray(mapped)]
    return networks.some((network) => addresses.some((one) => IpNetwork.contains(network, one)))
  })

/** Host bits may be set, as in `10.1.2.3/8`. */
const parse = (cidr: string): Result.Result<IpNetwork.IpNetwork, InvalidCidr> =>
  Result.mapBoth(IpInterface.fromString(cidr, { prefix: "required" }), {
    onSuccess: (parsed): IpNetwork.IpNetwork => IpNetwork.fromInterface(parsed),
    onFailure: () => new InvalidCidr({ cidr }),
  })
