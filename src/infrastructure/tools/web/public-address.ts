/**
 * Ranges of IPv4 that are nobody's public servers (IANA's special-purpose registry, RFC 6890 and those that follow it, multicast, class E).
 * Carrier-grade NAT, metadata services (169.254) and the addresses for documentation are among them.
 */
const CLOSED_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/**
 * Of IPv6 only global unicast is open, and of that not what leads to IPv4 in disguise or is for special purposes. So loopback, link-local,
 * unique-local, multicast, IPv4-mapped, IPv4-compatible, NAT64 (64:ff9b::) and all the rest are closed without being named.
 */
const OPEN_V6 = ['2000::', 3] as const;
const CLOSED_V6: readonly (readonly [string, number])[] = [
  // Protocol assignments, with Teredo, benchmarking and ORCHID.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4.
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

/** Metadata services of clouds that answer on addresses which look public. */
const CLOSED_HOSTS: ReadonlySet<string> = new Set(['168.63.129.16']);

type BlockList = import('node:net').BlockList;
let lists: { readonly closed: BlockList; readonly open: BlockList } | undefined;

/** Whether an IP address, as Node writes it, is that of a server which everybody may reach. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  const { isIP, BlockList } = process.getBuiltinModule('node:net');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || CLOSED_HOSTS.has(address)) return false;
  if (!lists) {
    lists = { closed: new BlockList(), open: new BlockList() };
    for (const [range, bits] of CLOSED_V4) lists.closed.addSubnet(range, bits, 'ipv4');
    for (const [range, bits] of CLOSED_V6) lists.closed.addSubnet(range, bits, 'ipv6');
    lists.open.addSubnet(...OPEN_V6, 'ipv6');
  }
  if (version === 4) return !lists.closed.check(address, 'ipv4');
  return lists.open.check(address, 'ipv6') && !lists.closed.check(address, 'ipv6');
}
