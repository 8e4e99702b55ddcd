import { encodeValue } from './encode.js';

describe('encodeValue', () => {
  it.each<[unknown, unknown]>([
    [null, null],
    [undefined, null],
    ['text', 'text'],
    [1.5, '1.5'],
    [9_007_199_254_740_993n, '9007199254740993'],
    [false, 'false'],
    [new Date('2026-01-02T03:04:05.678Z'), '2026-01-02T03:04:05.678Z'],
    [new Uint8Array([1, 2]), Buffer.from([1, 2])],
    [{ a: [1] }, '{"a":[1]}'],
    [[], '{}'],
    [['a', null, 'q"b\\s', 'x,y', ''], '{"a",NULL,"q\\"b\\\\s","x,y",""}'],
    [
      [
        [1, 2],
        [3, 4],
      ],
      '{{1,2},{3,4}}',
    ],
    [[12n, -0.5, true, Number.NaN, undefined], '{12,-0.5,true,NaN,NULL}'],
    [[Buffer.from([255])], '{"\\\\xff"}'],
  ])('prints %p for Postgres', (value, text) => {
    expect(encodeValue(value)).toEqual(text);
  });

  it.each([() => 1, Symbol('x')])('refuses what has no text', (value) => {
    expect(() => encodeValue(value)).toThrow(TypeError);
  });
});
