import fc from 'fast-check';
import { inspect, inspectTools, type Guardrail } from './guardrail.js';
import { StreamGuard } from './stream-guard.js';

const guardrail = (more: Partial<Guardrail>): Guardrail => ({
  ...{ name: 'one', kind: 'personal-data', mode: 'enforce', action: 'redact', stages: ['input', 'output'], detect: [] },
  ...{ terms: [], topics: [], maxChars: null, scripts: [], tools: [], threshold: null },
  ...more,
});
const people = guardrail({ detect: ['card', 'email', 'phone', 'national-id', 'bank-account', 'health'] });
const secrets = guardrail({ name: 'secrets', kind: 'secrets' });
const redacted = (text: string): string => inspect([secrets, people], 'input', text).text;

describe('Guardrails', () => {
  it.each([
    ['Card 4111 1111 1111 1111, thanks', 'Card [card], thanks'],
    ['5555-5555-5555-4444', '[card]'],
    ['378282246310005.', '[card].'],
    ['in 2024 4111 1111 1111 1111 536-90-4399', 'in 2024 [card] [national-id]'],
    ['BE68 5390 0754 7034 here', '[bank-account] here'],
    ['write ann.lee+shop@example.co.uk soon', 'write [email] soon'],
    ['call +49 30 901820 today', 'call [phone] today'],
    ['call (212) 555-0187', 'call [phone]'],
    ['SSN 536-90-4399', 'SSN [national-id]'],
    ['ITIN 999-76-6866', 'ITIN [national-id]'],
    ['IBAN DE89 3704 0044 0532 0130 00', 'IBAN [bank-account]'],
    ['GB82WEST12345698765432', '[bank-account]'],
    ['MRN: 00123456 was seen', '[medical-record] was seen'],
    ['NPI 1234567893', '[provider-id]'],
    ['diagnosis code: E11.9', '[diagnosis-code]'],
    ['key sk-proj-abcdefghijklmnop1234', 'key [api-key]'],
    ['sk_live_abcdefghijklmnop1234', '[api-key]'],
    ['AKIAIOSFODNN7EXAMPLE', '[api-key]'],
    ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', '[access-token]'],
    ['postgres://app:hunter2@db.internal/app', '[connection-string]'],
    ['password = "s3cr3t-pass"', '[password]"'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', '[private-key]'],
  ])('take %j out', (text, expected) => expect(redacted(text)).toBe(expected));

  it.each([
    'Order 4111 1111 1111 1112 was shipped', // no check digit
    'Tracking 1234567890123456',
    'Call me at 10:30, room 212',
    'The year 2024-10-11, version 1.2.3.4',
    'a@b, or @ann, or ann@localhost',
    'ISO DE00 3704 0044 0532 0130 00',
    'SSN 000-12-3456 can’t be one',
    'The password policy asks for 12 characters',
    'skip-this-step and task-list-of-items',
    'E11 is a room',
    '00000000-0000-7000-8000-000000000001',
    'order 01a203ea-94fc-7a7e-9424-424242424241', // its last groups pass Luhn’s check
  ])('leave %j alone', (text) => expect(redacted(text)).toBe(text));

  it('refuse what is on a denied topic, and an input on none of the allowed ones', () => {
    const topics = [
      { name: 'weapons', words: ['rifle', 'hand grenade'], allowed: false },
      { name: 'music', words: ['song', 'album'], allowed: true },
    ];
    const look = (text: string, stage: 'input' | 'output' = 'input') =>
      inspect([guardrail({ kind: 'topics', topics })], stage, text).blockedBy?.explanation;
    expect(look('Which album has this song about a Hand Grenade?')).toBe('It is about weapons');
    expect(look('Please tell me who won the match yesterday')).toBe('It is about none of music');
    expect([look('Which album is the longest one of all'), look('Hello, how are you?')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(look('There are eleven of them in this list', 'output')).toBeUndefined();
    const guard = new StreamGuard([guardrail({ kind: 'topics', topics })]);
    const blocked = [...'take a hand grenade now'].map((letter) => guard.push(letter).blockedBy);
    expect([...blocked, guard.end().blockedBy].some((one) => one !== null)).toBe(true);
  });

  it('take a phrase out of a stream that comes letter by letter', () => {
    const guard = new StreamGuard([guardrail({ kind: 'terms', terms: ['abc def'] })]);
    const said = [...'x abc defghij abc def klm'].map((letter) => guard.push(letter).text).join('');
    expect(said + guard.end().text).toBe('x abc defghij [term] klm');
  });

  it('say what they decided and why, and nothing of the value', () => {
    const { decisions } = inspect([people], 'input', 'ann@example.com and bob@example.com');
    expect(decisions).toEqual([
      {
        ...{ guardrail: 'one', kind: 'personal-data', stage: 'input', isEnforced: true, verdict: 'redacted' },
        ...{ explanation: 'It has email', count: 2 },
      },
    ]);
    expect(JSON.stringify(decisions)).not.toContain('ann');
  });

  it('in shadow mode say what they would do, and do nothing; turned off they do not look', () => {
    const text = 'ann@example.com';
    const shadow = inspect([{ ...people, mode: 'shadow', action: 'block' }], 'input', text);
    expect(shadow).toMatchObject({ text, blockedBy: null, decisions: [{ isEnforced: false, verdict: 'blocked' }] });
    expect(inspect([{ ...people, mode: 'off' }], 'input', text)).toEqual({ text, decisions: [], blockedBy: null });
    expect(inspect([people], 'tool-result', text).decisions).toEqual([]);
  });

  it('act in their order: what one took out the next does not see, and the first that blocks ends it', () => {
    const noMails = guardrail({ name: 'two', action: 'block', detect: ['email'] });
    expect(inspect([people, noMails], 'input', 'ann@example.com').blockedBy).toBeNull();
    expect(inspect([noMails, people], 'input', 'ann@example.com')).toMatchObject({
      text: '',
      blockedBy: { guardrail: 'two' },
    });
  });

  it('hold texts to their terms, their length and their writing systems, and tools to their list', () => {
    const terms = guardrail({ kind: 'terms', terms: ['project falcon'], action: 'block' });
    expect(inspect([terms], 'input', 'About Project  Falcon').blockedBy).toBeNull();
    expect(inspect([terms], 'input', 'About PROJECT FALCON!').blockedBy).not.toBeNull();
    expect(inspect([terms], 'input', 'project falconer').blockedBy).toBeNull();
    const length = guardrail({ kind: 'length', maxChars: 5 });
    expect(inspect([length], 'input', '12345').blockedBy).toBeNull();
    expect(inspect([length], 'input', '123456').blockedBy?.explanation).toBe('It has 6 characters; 5 are allowed');
    const latin = guardrail({ kind: 'script', scripts: ['latin'] });
    expect(inspect([latin], 'input', 'Grüße, 42 €').blockedBy).toBeNull();
    expect(inspect([latin], 'input', 'привет').blockedBy?.explanation).toMatch(/cyrillic/);
    const tools = guardrail({ kind: 'tools', tools: ['read'] });
    expect(inspectTools([tools], 'input', ['read'])).toEqual([]);
    expect(inspectTools([tools], 'input', ['read', 'drop'])).toMatchObject([
      { verdict: 'blocked', explanation: expect.stringMatching('drop') },
    ]);
  });

  it.each([
    ['4111 1111 '.repeat(10_000)],
    ['+1 2 3 4 5 6 '.repeat(8_000)],
    ['-----BEGIN PRIVATE KEY-----'.repeat(4_000)],
    ['a@'.repeat(50_000)],
    ['DE89 3704 '.repeat(10_000)],
    ['password: '.repeat(10_000)],
    ['i g n o r e '.repeat(8_000)],
    ['x'.repeat(100_000)],
  ])('take no longer for what is meant to keep them busy: %#', (text) => {
    const startedAtMs = performance.now();
    inspect([secrets, people, guardrail({ kind: 'injection' })], 'input', text);
    const stream = new StreamGuard([secrets, people]);
    for (let at = 0; at < 20_000; at += 10) stream.push(text.slice(at, at + 10));
    expect(performance.now() - startedAtMs).toBeLessThan(3_000);
  });

  it('look at 100 KB in time', () => {
    const text = 'Ann Lee ordered 12 pieces on 2024-10-11 for 1,234.50 EUR; see https://shop.example/o/4711. '.repeat(
      1_100,
    );
    inspect([people], 'input', text);
    const times = Array.from({ length: 5 }, () => {
      const startedAtMs = performance.now();
      inspect([people], 'input', text);
      return performance.now() - startedAtMs;
    });
    expect(Math.min(...times)).toBeLessThan(50); // 10 ms alone on the machine: bench/completions.ts
  });
});

describe('A guarded stream', () => {
  const all = [guardrail({ detect: ['card', 'email', 'phone', 'national-id', 'bank-account', 'health'] }), secrets];
  const throughStream = (text: string, sizes: readonly number[], guardrails = all): string => {
    const guard = new StreamGuard(guardrails);
    let [out, at] = ['', 0];
    for (let turn = 0; at < text.length; turn += 1) {
      const size = sizes[turn % sizes.length]!;
      out += guard.push(text.slice(at, at + size)).text;
      at += size;
    }
    return out + guard.end().text;
  };
  const parts = fc.constantFrom(
    ...[
      'Hello',
      ' ',
      ' and ',
      ', ',
      '\n',
      '4111 1111 1111 1111',
      '5555-5555-5555-4444',
      'ann.lee@example.com',
      'sk-proj-abcdefghijklmnop1234',
    ],
    ...[
      'DE89 3704 0044 0532 0130 00',
      '(212) 555-0187',
      '536-90-4399',
      'AKIAIOSFODNN7EXAMPLE',
      'password: s3cr3t-pass',
      '2024',
      'MRN: 00123456',
    ],
    ...['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'],
  );
  const LEAKS = [
    '4111 1111',
    '5555-5555',
    '@example',
    'abcdefghijklmnop',
    '3704',
    '555-0187',
    '536-90',
    'AKIAIOSF',
    's3cr3t',
    '00123456',
    'MIIE',
  ];

  it('lets nothing through that a whole text would not, however it is cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.array(parts, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        (words, sizes) => {
          const out = throughStream(words.join(' '), sizes);
          for (const leak of LEAKS) expect(out).not.toContain(leak);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('changes nothing where there is nothing to find', () => {
    const text =
      'The quick brown fox, born in 2024, jumps over 13 lazy dogs - again and again.\nIt says: "skip to it".';
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), (sizes) => {
        expect(throughStream(text, sizes)).toBe(text);
      }),
    );
  });

  it('lets plain words go on at once where addresses are not looked for', () => {
    const guard = new StreamGuard([guardrail({ detect: ['card'] }), secrets]);
    expect(guard.push('Hello').text).toBe('Hello');
    expect(guard.push(' there').text).toBe(' there');
    expect(guard.push(' 4111 ').text).toBe(' ');
    expect(guard.push('apples').text).toBe('4111 apples');
  });

  it('blocks at its first place, and by the length of the whole', () => {
    const block = new StreamGuard([{ ...secrets, action: 'block' }]);
    expect(block.push('the key is AKIAIOSFODNN7EXAMPLE and').blockedBy).not.toBeNull();
    const short = new StreamGuard([guardrail({ kind: 'length', maxChars: 8 })]);
    expect(short.push('12345').blockedBy).toBeNull();
    expect(short.push('6789').blockedBy?.kind).toBe('length');
  });

  it('holds back no more than a window, whatever comes', () => {
    const guard = new StreamGuard(all);
    let out = '';
    for (let turn = 0; turn < 5_000; turn += 1) out += guard.push('7 ').text;
    expect(out.length).toBeGreaterThan(5_000);
  });
});
