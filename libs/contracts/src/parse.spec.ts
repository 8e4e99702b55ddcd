import { Fault, type FieldProblem } from '@tenantry/kernel';
import type { MessageType } from './message.js';
import { parseMessage, readMessage } from './parse.js';
import { Column, Ruled, Sample } from './testing/sample.js';

function problems<T>(type: MessageType<T>, value: unknown): readonly FieldProblem[] {
  try {
    parseMessage(type, value);
  } catch (error) {
    if (error instanceof Fault && error.reason === 'invalid-input') {
      return error.errors;
    }
    throw error;
  }
  return [];
}
/** What is wrong, without the fields that there are instead. */
const refused = (value: unknown): string[] =>
  problems(Sample, value).map(({ field, message }) => `${field} ${message.replace(/; there are .*/, '')}`);
const withField = (name: string, value: unknown): string[] => refused({ name: 'a', [name]: value });
const words = (text: string): string[] => text.split(' ');

describe('parseMessage', () => {
  it('gives an instance with every field of its kind', () => {
    const sample = parseMessage(Sample, {
      name: 'Ünïcode 🙂',
      note: 'two\n\tlines\r\n',
      active: true,
      count: 200,
      total: '9223372036854775807',
      ratio: -1.5e-7,
      seal: 'AAEC',
      happenedAt: '2024-02-29T23:59:59.123456789+01:00',
      tags: ['a', 'b'],
      labels: { 'any key': 'v' },
      anything: [null, { deep: [1, 'x', false] }],
      settings: { a: 1 },
      list: [1],
      columns: [{ name: 'c', sample: { name: 'inner' } }],
      parent: { name: 'p' },
    });
    expect(sample).toBeInstanceOf(Sample);
    expect(sample).toMatchObject({
      name: 'Ünïcode 🙂',
      total: 9223372036854775807n,
      count: 200,
      ratio: -1.5e-7,
      labels: { 'any key': 'v' },
    });
    expect(sample.happenedAt).toEqual(new Date('2024-02-29T22:59:59.123Z'));
    expect([...sample.seal]).toEqual([0, 1, 2]);
    expect(sample.columns[0]).toBeInstanceOf(Column);
    expect(sample.columns[0]?.sample).toBeInstanceOf(Sample);
  });

  it('leaves what is absent at its zero value, and tells absent from null where a field is optional', () => {
    expect(parseMessage(Sample, { name: 'a' })).toEqual(Object.assign(new Sample(), { name: 'a' }));
    expect(parseMessage(Sample, { name: 'a' }).note).toBeUndefined();
    expect(parseMessage(Sample, { name: 'a', note: null }).note).toBeNull();
    expect(parseMessage(Sample, { name: 'a', parent: null }).parent).toBeNull();
  });

  it.each([null, undefined, 'text', 3, true, [], [{ name: 'a' }]])('refuses %j in place of an object', (value) => {
    expect(refused(value)).toEqual(['body must be an object']);
  });

  it('refuses null where a field is not optional', () => {
    expect(withField('active', null)).toEqual(['active must not be null']);
    expect(withField('tags', null)).toEqual(['tags must not be null']);
    expect(refused({ name: null })).toEqual(['name is required']);
  });

  it('takes null for no items where a list may be null', () => {
    expect(parseMessage(Sample, { name: 'a', aliases: null }).aliases).toEqual([]);
  });

  it('takes null as a JSON value', () => {
    expect(parseMessage(Sample, { name: 'a', anything: null }).anything).toBeNull();
    expect(withField('settings', null)).toEqual(['settings must be an object']);
  });

  it('refuses a missing and an empty required text', () => {
    expect(refused({})).toEqual(['name is required']);
    expect(refused({ name: '' })).toEqual(['name must not be empty']);
    expect(refused({ name: ' \u00a0' })).toEqual(['name must not be empty']);
  });

  it('names a field that has no name', () => {
    expect(refused({ name: 'a', '': 1 })).toEqual(['"" is not a known field']);
  });

  it('refuses a missing time or message that is not optional', () => {
    expect(problems(Ruled, { roles: ['a'] })).toEqual([{ field: 'createdAt', message: 'is required' }]);
  });

  it.each<[string, unknown[]]>([
    ['name', [1, true, {}, ['a']]],
    ['active', ['true', 0, 1, {}, []]],
    ['count', ['1', 1.5, NaN, Infinity, 2 ** 31, -(2 ** 31) - 1, 1e21, true, [], {}]],
    [
      'total',
      [
        '',
        ...words('1.0 01 +1 1e3 0x10 -0 9223372036854775808 -9223372036854775809'),
        ' 1',
        '9'.repeat(400),
        2 ** 53,
        1.5,
        NaN,
        true,
      ],
    ],
    ['ratio', ['1', Infinity, -Infinity, NaN, {}]],
    ['seal', [1, 'a', 'AAE', 'AA==x', '_-8=', 'AAEC=', {}, []]],
    [
      'happenedAt',
      ['', '2024-01-01 00:00:00Z', 1704067200000, ...words('now 2024-01-01 2024-01-01T00:00:00 10000-01-01T00:00:00Z')],
    ],
    ['happenedAt', words('2024-02-30T00:00:00Z 2023-02-29T00:00:00Z 2024-13-01T00:00:00Z 2024-00-01T00:00:00Z')],
    ['happenedAt', words('2024-01-01T24:00:00Z 2024-01-01T23:59:60Z 2024-01-01T00:00:00+24:00')],
    ['tags', ['a', {}, { 0: 'a' }, 1]],
    ['labels', ['a', [], ['a'], 1]],
    ['settings', [[], 'a', 1]],
    ['list', [{}, 'a', 1]],
    ['parent', ['a', [], 1]],
    ['columns', [{}, 'a']],
  ])('refuses values of another kind for %s', (name, values) => {
    for (const value of values) {
      expect([value, problems(Sample, { name: 'a', [name]: value }).map(({ field }) => field)]).toEqual([
        value,
        [name],
      ]);
    }
  });

  it('takes whole numbers up to the bounds of their kind', () => {
    expect(parseMessage(Sample, { name: 'a', total: Number.MAX_SAFE_INTEGER }).total).toBe(9007199254740991n);
    expect(parseMessage(Sample, { name: 'a', total: '-5' }).total).toBe(-5n);
    expect(parseMessage(Sample, { name: 'a', count: -0 }).count).toBe(0);
    expect(withField('total', '-6')).toEqual(['total must not be less than -5']);
    expect(withField('count', 201)).toEqual(['count must not be greater than 200']);
    expect(withField('count', -1)).toEqual(['count must not be less than 0']);
  });

  it('refuses control characters, and lets line breaks and tabs into multiline text only', () => {
    for (const character of ['\u0000', '\u0007', '\u000b', '\u001b', '\u007f', '\u0085', '\u009f']) {
      expect(withField('note', `a${character}`)).toEqual(['note must not contain control characters']);
      expect(withField('tags', [`a${character}`])).toEqual(['tags[0] must not contain control characters']);
      expect(withField('anything', { a: [`b${character}`] })).toEqual(['anything must not contain control characters']);
    }
    expect(refused({ name: 'two\nlines' })).toEqual(['name must not contain control characters']);
  });

  it('refuses lone surrogates, as values and as names', () => {
    expect(refused({ name: '\ud800' })).toEqual(['name must be valid Unicode']);
    expect(withField('anything', ['\udc00'])).toEqual(['anything must be valid Unicode']);
    expect(withField('anything', { '\ud800': 1 })).toEqual(['anything must be valid Unicode']);
    expect(withField('labels', { '\ud800': 'a' })).toEqual(['labels.\\ud800 is not a name that can be used here']);
  });

  it('counts characters as people do', () => {
    expect(refused({ name: '🙂'.repeat(20) })).toEqual([]);
    expect(refused({ name: '🙂'.repeat(21) })).toEqual(['name must be shorter than or equal to 20 characters']);
  });

  it('names unknown fields at any depth, harmlessly', () => {
    expect(withField('nme', 1)).toEqual(['nme is not a known field']);
    expect(refused({ name: 'a', columns: [{ name: 'b' }, { name: 'b', x: 1 }] })).toEqual([
      'columns[1].x is not a known field',
    ]);
    expect(withField('a\u0000"\n', 1)).toEqual(['a\\u0000\\"\\n is not a known field']);
    expect(withField('x'.repeat(10_000), 1)[0]!.length).toBeLessThan(100);
    expect(withField('hasOwnProperty', 1)).toEqual(['hasOwnProperty is not a known field']);
    expect(withField('time_zone', 1)).toEqual(['time_zone is not a known field']);
  });

  it('tells who misspelt a field which there are', () => {
    const fields = Column.fields.map(({ wire }) => wire).join(', ');
    expect(problems(Sample, { name: 'a', columns: [{ name: 'b', x: 1 }] })).toEqual([
      { field: 'columns[0].x', message: `is not a known field; there are ${fields}` },
    ]);
  });

  it('names fields inside lists and maps by their path', () => {
    expect(refused({ name: 'a', columns: [{ name: 'b' }, {}, { name: 7 }] })).toEqual([
      'columns[1].name is required',
      'columns[2].name must be text',
    ]);
    expect(refused({ name: 'a', columns: [{ name: 'far too long' }] })).toEqual([
      'columns[0].name must be shorter than or equal to 10 characters',
    ]);
    expect(withField('labels', { a: 'b', c: 1 })).toEqual(['labels.c must be text']);
    expect(withField('tags', ['a', 'B', 'c'])).toEqual(['tags[1] must match /^[a-z]+$/u regular expression']);
  });

  it('names every field at fault at once, each once', () => {
    expect(refused({ name: 'x'.repeat(21), count: 'many', tags: ['a', 'a'], y: 1 })).toEqual([
      'y is not a known field',
      'count must be a whole number from -2147483648 to 2147483647',
      'name must be shorter than or equal to 20 characters',
      'tags must not have the same item twice',
    ]);
  });

  it('stops listing after twenty', () => {
    expect(refused(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, 1])))).toHaveLength(20);
  });

  it('bounds lists and maps by their rule, else by a thousand', () => {
    expect(withField('tags', ['a', 'b', 'c', 'd'])).toEqual(['tags must have at most 3 items']);
    expect(withField('labels', { a: '1', b: '2', c: '3' })).toEqual(['labels must have at most 2 entries']);
    expect(
      withField(
        'columns',
        Array.from({ length: 1001 }, () => ({ name: 'a' })),
      ),
    ).toEqual(['columns must have at most 1000 items']);
  });

  it('bounds nesting of messages and of JSON', () => {
    const messages = (depth: number): unknown => (depth ? { name: 'a', parent: messages(depth - 1) } : { name: 'a' });
    const json = (depth: number): unknown => (depth ? [json(depth - 1)] : 0);
    expect(refused(messages(31))).toEqual([]);
    expect(refused(messages(32)).join()).toMatch(/parent must not be nested more than 32 deep$/);
    expect(refused(messages(5_000)).length).toBe(1);
    expect(withField('anything', json(31))).toEqual([]);
    expect(withField('anything', json(5_000))).toEqual(['anything must not be nested more than 32 deep']);
  });

  it('takes only plain JSON as a JSON value', () => {
    for (const value of [1n, () => 1, Symbol('a'), Infinity, [undefined]]) {
      expect(withField('anything', value)).toHaveLength(1);
    }
  });

  it('can not be used to pollute prototypes', () => {
    const attack = (text: string): string[] => refused(JSON.parse(text));
    expect(attack('{"name":"a","__proto__":{"polluted":1}}')).toEqual(['__proto__ is not a known field']);
    expect(attack('{"name":"a","constructor":{"prototype":{"polluted":1}}}')).toEqual([
      'constructor is not a known field',
    ]);
    expect(attack('{"name":"a","labels":{"__proto__":"x"}}')).toEqual([
      'labels.__proto__ is not a name that can be used here',
    ]);
    expect(attack('{"name":"a","settings":{"a":{"__proto__":{"polluted":1}}}}')).toEqual([
      'settings must not contain a member __proto__',
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('does not take inherited values for given ones', () => {
    expect(refused(Object.create({ name: 'inherited' }))).toEqual(['name is required']);
  });
});

describe('readMessage', () => {
  it('understands peers of an older and of a newer version', () => {
    const sample = readMessage(Sample, {
      fromTheFuture: 1,
      count: 500,
      active: null,
      tags: ['NOT', 'BY', 'THE', 'RULES'],
      note: '\u0007',
    });
    expect(sample).toMatchObject({ name: '', count: 500, active: false, tags: ['NOT', 'BY', 'THE', 'RULES'] });
    expect(readMessage(Ruled, {}).createdAt).toBeUndefined();
  });

  it('gives a peer that breaks the contract away as a bug, not as the caller’s fault', () => {
    expect(() => readMessage(Sample, { count: 'many', columns: [{ name: 1 }] })).toThrow(
      /^not a sample\.v1\.Sample: count must be a whole number .*, columns\[0\]\.name must be text$/,
    );
    expect(() => readMessage(Sample, null)).not.toThrow(Fault);
  });
});
