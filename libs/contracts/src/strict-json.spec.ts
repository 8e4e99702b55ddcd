import { Fault } from '@tenantry/kernel';
import fc from 'fast-check';
import { parseJsonStrict } from './strict-json.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): unknown => parseJsonStrict(encode(text));
const refusal = (body: string | Uint8Array): string => {
  try {
    parseJsonStrict(typeof body === 'string' ? encode(body) : body);
  } catch (error) {
    if (error instanceof Fault && error.reason === 'malformed-request') {
      return error.detail;
    }
    throw error;
  }
  return 'accepted';
};

describe('parseJsonStrict', () => {
  it('reads JSON as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        fc.pre(!text.includes('__proto__'));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    '',
    ' ',
    '{',
    '{"a":1,}',
    "{'a':1}",
    '{"a":NaN}',
    '[1 2]',
    '{"a":01}',
    '"\u0001"',
    'undefined',
    '\ufeff{}',
    '{"a":1}x',
  ])('refuses %j without quoting it', (text) => {
    expect(refusal(text)).toBe('The body is not valid JSON');
  });

  it('refuses invalid UTF-8', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xe2, 0x82],
    ]) {
      expect(refusal(Uint8Array.from(bytes))).toBe('The body is not valid UTF-8');
    }
  });

  it('refuses a member given twice and names it, however it is spelled', () => {
    expect(refusal('{"a":1,"a":2}')).toBe('a is given twice');
    expect(refusal('{"a":1,"\\u0061":2}')).toBe('a is given twice');
    expect(refusal('{"x":[{},{"b":{"c":1,"d":[],"c":2}}]}')).toBe('x[1].b.c is given twice');
    expect(refusal('[{"a":{"a":1}},{"a":1}]')).toBe('accepted');
    expect(refusal('{"a":"\\"a\\":","b":"\\\\","c":["a","a"]}')).toBe('accepted');
  });

  it('refuses members called __proto__', () => {
    expect(refusal('{"a":[{"__proto__":{}}]}')).toBe('a[0].__proto__ is a name that is not accepted');
    expect(refusal('{"\\u005f_proto__":1}')).toBe('__proto__ is a name that is not accepted');
    expect(refusal('{"a":"__proto__"}')).toBe('accepted');
  });

  it('refuses numbers that would change', () => {
    expect(refusal('{"a":9007199254740993}')).toBe('a is an integer that would lose digits; write it as text');
    expect(refusal('{"a":[-12345678901234567890]}')).toBe(
      'a[0] is an integer that would lose digits; write it as text',
    );
    expect(refusal('[1e999]')).toBe('[0] is a number beyond 1.8e308');
    expect(refusal(`[${'9'.repeat(400)}]`)).toBe('[0] is a number beyond 1.8e308');
    expect(
      parse('[9007199254740992, 37999484794227130, 100000000000000000000, 1e20, 0.1, -0, 1E-7, 12345678.123456789]'),
    ).toEqual([9007199254740992, 37999484794227130, 1e20, 1e20, 0.1, -0, 1e-7, 12345678.123456789]);
  });

  it('bounds nesting at 64, at once', () => {
    expect(refusal('['.repeat(64) + ']'.repeat(64))).toBe('accepted');
    expect(refusal('['.repeat(65) + ']'.repeat(65))).toMatch(/nested more than 64 deep$/);
    expect(refusal('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000))).toMatch(/nested more than 64 deep$/);
  });

  it('keeps what it says short and printable', () => {
    const said = refusal(`{"${'x\\u0000'.repeat(5_000)}":[{"a":1,"a":1}]}`);
    expect(said.length).toBeLessThan(500);
    expect(said).not.toContain('\u0000');
  });
});
