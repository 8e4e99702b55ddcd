import { AddressPolicy } from './address-policy.js';

describe('AddressPolicy', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.1',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    '224.0.0.1',
    '255.255.255.255',
    '198.18.0.1',
    '203.0.113.1',
    '::',
    '::1',
    'fe80::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:1::1',
    '2001:db8::1',
    'fec0::1',
    'localhost',
    '127.1',
    '0x7f000001',
    '',
  ])('refuses %s', (address) => {
    expect(new AddressPolicy([]).allows(address)).toBe(false);
  });

  it.each(['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '::ffff:93.184.215.14'])(
    'allows %s',
    (address) => {
      expect(new AddressPolicy([]).allows(address)).toBe(true);
    },
  );

  it('allows exactly the networks that the operator lists', () => {
    const policy = new AddressPolicy(['10.1.0.0/16', 'fd12::/16']);
    expect(policy.allows('10.1.2.3')).toBe(true);
    expect(policy.allows('::ffff:10.1.2.3')).toBe(true);
    expect(policy.allows('fd12::9')).toBe(true);
    expect(policy.allows('10.2.0.1')).toBe(false);
  });
});
