import fc from 'fast-check';
import { parseExact } from './json.js';

describe('JSON that keeps every digit', () => {
  it.each([
    ['9007199254740993', 'an integer beyond a double'],
    ['1.10', 'a zero at the end'],
    ['0.1000000000000000055', 'more digits than a double has'],
    ['1e3', 'an exponent'],
    ['1E400', 'more than a double can be'],
    ['-0', 'minus zero'],
    ['123456789012345', 'fifteen digits'],
    ['-7', 'a small one'],
  ])('prints %s as it was written: %s', (number) => {
    for (const text of [
      number,
      `[${number}]`,
      `[1,${number}]`,
      `{"a":${number}}`,
      `{"a":{"b":["x",${number},null]}}`,
    ]) {
      expect(JSON.stringify(parseExact(text))).toBe(text);
      expect(JSON.stringify(parseExact(text.replaceAll(/([:,[])/g, '$1 \n\t')))).toBe(text);
    }
  });

  it('keeps whatever numbers stand between whatever texts', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/);
    const texts = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(fc.tuple(texts, digits), { minLength: 1 }), (members) => {
        const text = `[${members.map(([name, number]) => `[${JSON.stringify(name)},${number}]`).join()}]`;
        expect(JSON.stringify(parseExact(text))).toBe(text);
      }),
    );
  });
});
