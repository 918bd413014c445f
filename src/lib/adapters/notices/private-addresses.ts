import { BlockList, isIP } from 'node:net';

/**
 * Addresses a notice is never sent to, because what answers there is inside: loopback, private, link-local, shared,
 * reserved and multicast ranges (source: IANA special-purpose registries), and Azure's platform address.
 */
const inside = new BlockList();
const inside6 = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(network, prefix, 'ipv4');
// Global unicast is 2000::/3; everything else is inside, or a wrapped IPv4 address, like the ranges within it. The lists
// are two because one would take an IPv4 address for the IPv6 address that wraps it.
for (const [network, prefix] of [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  inside6.addSubnet(network, prefix, 'ipv6');

/** Whether an IP address is one that notices must not reach. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  return family === 6 ? inside6.check(address, 'ipv6') : inside.check(address, 'ipv4');
}

/** Whether a URL names such an address itself, or this machine; what a name resolves to is seen when it is used. */
export function namesPrivateAddress(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (/(^|\.)(localhost|local|internal)\.?$/.test(host)) return true;
  return isIP(host) !== 0 && isPrivateAddress(host);
}
