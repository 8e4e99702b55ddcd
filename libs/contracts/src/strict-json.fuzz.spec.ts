import { Fault } from '@tenantry/kernel';
import fc from 'fast-check';
import { parseJsonStrict } from './strict-json.js';

/** What a reader makes of bytes: its value, or that it refuses. */
function readBy(read: () => unknown): { value: unknown } | { refused: unknown } {
  try {
    return { value: read() };
  } catch (error) {
    return { refused: error };
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

describe('any bytes', () => {
  const piece = fc.constantFrom(
    ...'{}[]:,"\\ \n-+.eE0123456789'.split(''),
    'true',
    'null',
    '"a":',
    '"__proto__":',
    '\\u0061',
    '\ufeff',
    '1e400',
    '12345678901234567890',
    '\ud800',
  );
  const bytes = fc.oneof(
    fc.json().map((text) => Buffer.from(text)),
    fc.array(piece, { maxLength: 25 }).map((parts) => Buffer.from(parts.join(''))),
    fc.tuple(fc.json(), fc.nat(), fc.nat({ max: 255 })).map(([text, at, by]) => {
      const changed = Buffer.from(text);
      changed[at % changed.length]! ^= by;
      return changed;
    }),
    fc.uint8Array().map((raw) => Buffer.from(raw)),
  );

  it('are read as JSON.parse reads them, or refused as malformed', () => {
    fc.assert(
      fc.property(bytes, (body) => {
        const strict = readBy(() => parseJsonStrict(body));
        if ('value' in strict) return expect(strict.value).toEqual(JSON.parse(utf8.decode(body)));
        expect(strict.refused).toBeInstanceOf(Fault);
        return expect(strict.refused).toMatchObject({
          reason: 'malformed-request',
          errors: [{ field: /./ }].map(() => ({ field: expect.stringMatching(/./) })),
        });
      }),
      { numRuns: 3_000 },
    );
  });

  it('that JSON.parse reads are refused only for what two readers could take differently', () => {
    const ambiguous = /__proto__|given twice|beyond 1.8e308|lose digits|nested more than/;
    fc.assert(
      fc.property(bytes, (body) => {
        const plain = readBy(() => JSON.parse(utf8.decode(body)) as unknown);
        const strict = readBy(() => parseJsonStrict(body));
        fc.pre('value' in plain && 'refused' in strict);
        expect(
          (strict as { refused: Fault }).refused.detail + JSON.stringify((strict as { refused: Fault }).refused.errors),
        ).toMatch(ambiguous);
      }),
      { numRuns: 300, maxSkipsPerRun: 1_000 },
    );
  });
});
