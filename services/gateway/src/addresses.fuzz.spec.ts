import { parseMessage, ReplaceAccessPolicyRequest } from '@tenantry/contracts';
import fc from 'fast-check';
import { AddressList, networkOf, plainAddress } from './addresses.js';

/** Whether the contract takes a text as a network. */
function isTaken(text: string): boolean {
  try {
    parseMessage(ReplaceAccessPolicyRequest, { allowedIps: [text], corsOrigins: [] });
    return true;
  } catch {
    return false;
  }
}

const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((ip) => `::ffff:${ip}`),
);
const asNumber = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

describe('any network that an access policy takes', () => {
  const text = fc.oneof(
    fc.tuple(address, fc.integer({ min: -1, max: 130 })).map(([ip, bits]) => `${ip}/${bits}`),
    address,
    fc.stringMatching(/^[0-9a-f:./]{1,20}$/),
    fc.ipV4Extended(),
  );

  it('is one that requests can be held against', () => {
    fc.assert(
      fc.property(text, address, (network, ip) => {
        fc.pre(isTaken(network));
        expect(typeof new AddressList([network]).has(ip)).toBe('boolean');
      }),
      { numRuns: 1_000, maxSkipsPerRun: 100 },
    );
  });

  it('has exactly the addresses that share its leading bits', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (network, ip, bits) => {
        const size = 2 ** (32 - bits);
        const isInside = Math.floor(asNumber(network) / size) === Math.floor(asNumber(ip) / size);
        for (const form of [ip, `::ffff:${ip}`])
          expect(new AddressList([`${network}/${bits}`]).has(form)).toBe(isInside);
      }),
    );
  });
});

describe('any address', () => {
  it('has one plain spelling, and counts as the source that its spelling counts as', () => {
    fc.assert(
      fc.property(address, (ip) => {
        const plain = plainAddress(ip);
        expect(plainAddress(plain)).toBe(plain);
        expect(networkOf(plain)).toBe(networkOf(ip));
      }),
    );
  });
});
