import { allowsAddress } from './addresses.js';

describe('A list of networks', () => {
  it.each([
    [[], '203.0.113.9', true],
    [['203.0.113.0/24'], '203.0.113.9', true],
    [['203.0.113.0/24'], '203.0.114.9', false],
    [['203.0.113.0/24'], '::ffff:203.0.113.9', true],
    [['203.0.113.9'], '203.0.113.9', true],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '203.0.113.9', false],
    [['2001:db8::/32', '10.0.0.0/8'], '10.1.2.3', true],
  ])('with networks %j and the address %s allows: %s', (networks, address, allowed) => {
    expect(allowsAddress(networks, address)).toBe(allowed);
  });
});
