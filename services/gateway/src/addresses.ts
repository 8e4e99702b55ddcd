import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

const SUBSCRIBER_BITS = 64;
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;

/** An address in its one spelling: an IPv4 address mapped into IPv6 is the IPv4 address. */
export function plainAddress(text: string): string {
  return IPV4.test(text) ? text : ipaddr.process(text).toString();
}

/** What counts as one source: an IPv4 address, or the /64 that a subscriber of IPv6 has to themselves. */
export function networkOf(address: string): string {
  if (IPV4.test(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return parsed
    .toByteArray()
    .slice(0, SUBSCRIBER_BITS / 8)
    .join('.');
}

/** A list of networks and single addresses, ready to be asked. */
export class AddressList {
  private readonly networks: readonly Network[];

  constructor(texts: readonly string[]) {
    this.networks = texts.map(parseNetwork);
  }

  /** Whether an address lies in one of the networks; nothing lies in an empty list. */
  has(address: string): boolean {
    const parsed = ipaddr.process(address);
    return this.networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
  }
}

/** A network in plain form: `::ffff:10.0.0.0/104` is `10.0.0.0/8`. */
function parseNetwork(text: string): Network {
  const [address, bits] = text.includes('/') ? ipaddr.parseCIDR(text) : singleAddress(text);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96)
    return [address.toIPv4Address(), bits - 96];
  return [address, bits];
}

function singleAddress(text: string): Network {
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
