import ipaddr from 'ipaddr.js';

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Services of clouds that answer on an address which looks public. */
const METADATA: readonly string[] = ['168.63.129.16'];

/**
 * Which addresses an outbound request may connect to: public ones, and the networks that the operator lists. Loopback,
 * private, link-local, multicast, reserved and metadata addresses are refused in every notation, also when an IPv6
 * address carries them.
 */
export class AddressPolicy {
  readonly #allowed: readonly Network[];

  /** @param networks in CIDR notation */
  constructor(networks: readonly string[]) {
    this.#allowed = networks.map((network) => ipaddr.parseCIDR(network));
  }

  allows(address: string): boolean {
    if (!ipaddr.isValid(address)) {
      return false;
    }
    const parsed = ipaddr.process(address); // turns ::ffff:127.0.0.1 into 127.0.0.1
    return this.isListed(parsed) || (parsed.range() === 'unicast' && !METADATA.includes(parsed.toString()));
  }

  private isListed(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
    return this.#allowed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  }
}
