import { BlockList, isIP } from 'node:net';

/** An IPv4 address that came through an IPv6 socket is an IPv4 address. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/** Whether an address is in one of the networks (CIDR, or single addresses); an empty list allows any. */
export function allowsAddress(networks: readonly string[], clientIp: string): boolean {
  if (networks.length === 0) return true;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = plainAddress(network).split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  const address = plainAddress(clientIp);
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
