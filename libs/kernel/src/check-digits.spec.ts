import fc from 'fast-check';
import { blankIds, CARD_NUMBER, hasCardNumber, isLuhn, placesOf } from './check-digits.js';

const found = (text: string): string[] =>
  [...placesOf(blankIds(text), CARD_NUMBER)].map(({ start, end }) => text.slice(start, end));

describe('numbers of cards', () => {
  it('are known by their check digit: of ten that differ in it, one is a card’s', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[2-69]\d{11,17}$/), (start) => {
        const ten = Array.from({ length: 10 }, (_, digit) => `${start}${digit}`);
        expect(ten.filter(isLuhn)).toHaveLength(1);
        expect(ten.filter(hasCardNumber)).toEqual(/^(\d)\1+$/.test(ten.find(isLuhn)!) ? [] : ten.filter(isLuhn));
      }),
    );
  });

  it.each([
    ['4242424242424242 12/29', ['4242424242424242']],
    ['on 2026-11-22 4242-4242-4242-4242', ['4242-4242-4242-4242']],
    ['card6011111111111117now', ['6011111111111117']],
    ['378282246310005, 5555 5555 5555 4444', ['378282246310005', '5555 5555 5555 4444']],
    ['{"at":1763824000008,"rate":0.4242424242424242}', []],
    ['4242424242424241', []],
    ['0000000000000000', []],
    ['', []],
  ])('are found in %j: %j', (text, numbers) => expect(found(text)).toEqual(numbers));

  it('are found however they are grouped', () => {
    const card = fc
      .tuple(fc.constantFrom('4', '51', '37', '60', '97'), fc.stringMatching(/^\d{12}$/))
      .map(([start, rest]) => {
        const body = `${start}${rest}`.slice(0, 15);
        return body + [...'0123456789'].find((digit) => isLuhn(body + digit))!;
      });
    fc.assert(
      fc.property(card, fc.constantFrom('', ' ', '-'), (number, gap) => {
        fc.pre(!/^(\d)\1+$/.test(number));
        const grouped = number.replace(/(\d{4})(?=\d)/g, `$1${gap}`);
        expect(found(`pay with ${grouped} now`)).toEqual([grouped]);
      }),
    );
  });

  it('are not found in ids, but beside them', () => {
    const id = '01a203ea-94fc-7a7e-9424-424242424241';
    expect(found('9424-424242424241')).toHaveLength(1);
    expect(found(`${id} 4242424242424242 ${id.toUpperCase()}`)).toEqual(['4242424242424242']);
  });

  it('never are any UUID', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => expect(found(`order ${id}, or "${id}"`)).toEqual([])),
      { numRuns: 5_000 },
    );
  });

  it('are looked for in time that grows with the text', () => {
    const text = '4242 4242-'.repeat(20_000);
    expect(found(text).length).toBeLessThan(text.length);
  });
});
