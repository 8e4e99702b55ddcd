import { Fault, type FieldProblem } from '@tenantry/kernel';
import { parseMessage } from './parse.js';
import { Ruled } from './testing/sample.js';

const GIVEN = { createdAt: '2024-01-01T00:00:00Z', roles: ['a'] };

function problems(value: object): readonly FieldProblem[] {
  try {
    parseMessage(Ruled, value);
  } catch (error) {
    if (error instanceof Fault) {
      return error.errors;
    }
    throw error;
  }
  return [];
}

describe('rules', () => {
  const ruled = (name: string, value: unknown): string[] =>
    problems({ ...GIVEN, [name]: value }).map(({ field }) => field);

  it('hold for what was given: a zero value that nobody wrote breaks none', () => {
    expect(problems(GIVEN)).toEqual([]);
    expect(problems({ ...GIVEN, roles: [] })).toEqual([
      { field: 'roles', message: 'must contain at least 1 elements' },
    ]);
    expect(ruled('kind', '')).toEqual(['kind']);
  });

  it('let optional fields be cleared', () => {
    expect(ruled('timeZone', null)).toEqual([]);
    expect(ruled('url', null)).toEqual([]);
  });

  it.each<[string, string[], string[]]>([
    [
      'id',
      ['0190a5d0-7b1e-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001'],
      [
        '0190A5D0-7B1E-7000-8000-000000000001',
        '{0190a5d0-7b1e-7000-8000-000000000001}',
        '0190a5d07b1e70008000000000000001',
        'x',
        ' 0190a5d0-7b1e-7000-8000-000000000001',
      ],
    ],
    [
      'url',
      ['https://example.com', 'http://localhost:8080/a?b=c', 'https://[::1]/'],
      [
        'example.com',
        'ftp://example.com',
        'javascript:alert(1)',
        'https://user:pass@example.com',
        'https://',
        '//example.com',
        `https://e.com/${'a'.repeat(2048)}`,
      ],
    ],
    [
      'timeZone',
      ['Europe/Berlin', 'Asia/Kolkata', 'Asia/Calcutta', 'UTC', 'Etc/GMT+5'],
      ['Europe/Atlantis', '+01:00', '', 'Mars', 'Europe/Berlin '],
    ],
    ['kind', ['one', 'two'], ['One', 'three', '']],
  ])('decide what %s may be', (name, good, bad) => {
    expect(good.filter((value) => ruled(name, value).length)).toEqual([]);
    expect(bad.filter((value) => !ruled(name, value).length)).toEqual([]);
  });

  it('decide what a network may be, and name the one that is none', () => {
    const good = ['10.0.0.0/8', '192.0.2.7', '0.0.0.0/0', '2001:db8::/32', '::1', '::/0', '255.255.255.255/32'];
    expect(ruled('networks', good)).toEqual([]);
    for (const bad of [
      '10.0.0.0/33',
      '10.0.0/8',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/08',
      '10.0.0.0/8/8',
      'fe80::1%eth0',
      'x/8',
      '',
      '10.0.0.0/-1',
      '10.0.0.0/ 8',
    ]) {
      expect([bad, ruled('networks', [...good, bad])]).toEqual([bad, ['networks[7]']]);
    }
  });
});
