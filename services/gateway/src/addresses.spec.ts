import { AddressList, networkOf, plainAddress } from './addresses.js';

describe('AddressList', () => {
  it.each([
    ['10.1.2.3', ['10.0.0.0/8'], true],
    ['11.1.2.3', ['10.0.0.0/8'], false],
    ['203.0.113.9', ['203.0.113.9'], true],
    ['203.0.113.10', ['203.0.113.9'], false],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], true],
    ['10.1.2.3', ['::ffff:10.0.0.0/104'], true],
    ['2001:db8::1', ['2001:db8::/32'], true],
    ['2001:db9::1', ['2001:db8::/32'], false],
    ['2001:0DB8:0:0::1', ['2001:db8::1'], true],
    ['10.0.0.1', ['::/0'], false],
    ['2001:db8::1', ['0.0.0.0/0'], false],
    ['10.0.0.1', ['2001:db8::/32', '10.0.0.0/31'], true],
    ['10.0.0.1', [], false],
  ])('%s in %j: %s', (address, networks, expected) => {
    expect(new AddressList(networks).has(address)).toBe(expected);
  });
});

describe('networkOf', () => {
  it('takes all addresses of one IPv6 subscriber for one source', () => {
    expect(networkOf('2001:db8:1:2:aaaa::1')).toBe(networkOf('2001:db8:1:2:bbbb::2'));
    expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
  });

  it('tells IPv4 addresses apart, however they are spelled', () => {
    expect(networkOf('::ffff:10.0.0.1')).toBe('10.0.0.1');
    expect(networkOf('10.0.0.1')).not.toBe(networkOf('10.0.0.2'));
  });
});

describe('plainAddress', () => {
  it('prints a mapped address as the IPv4 address it is', () => {
    expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(plainAddress('2001:0db8:0::0001')).toBe('2001:db8::1');
  });
});
