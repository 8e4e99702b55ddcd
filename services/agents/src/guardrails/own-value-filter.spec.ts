import { createSecretKey, randomBytes } from 'node:crypto';
import { marksOf, packMarks, pairMarks, ValueHasher } from '@tenantry/kernel';
import fc from 'fast-check';
import { redact } from './finding.js';
import { inspect, type Guardrail } from './guardrail.js';
import { OwnValueFilter } from './own-value-filter.js';
import { StreamGuard } from './stream-guard.js';

const hasherOf = (key = randomBytes(32)): ValueHasher => new ValueHasher(createSecretKey(key));
const hasher = hasherOf();
const filterOf = (values: readonly string[], by = hasher): OwnValueFilter =>
  new OwnValueFilter(by, packMarks(values.flatMap((value) => marksOf(value, by))));
const guardrail = (values: OwnValueFilter): Guardrail => ({
  ...{ name: 'ours', kind: 'own-values', mode: 'enforce', action: 'redact', stages: ['input', 'output'], detect: [] },
  ...{ terms: [], topics: [], maxChars: null, scripts: [], tools: [], threshold: null, values },
});

describe('A filter of own values', () => {
  const filter = filterOf([
    ...[
      'ann.lee@example.com',
      '+1 (212) 555-0187',
      'MRN-00483920',
      'Kowalski',
      'Young',
      'Zoë Müller-Lüdenscheid',
      'Wilhelmina Quillfeather',
    ],
    ...['12 Long Acre, Flat 3', 'The patient told us that she had seen nobody since the winter and slept very badly'],
  ]);
  const redacted = (text: string): string => redact(text, filter.find(text));

  it.each([
    ['write to Ann.Lee@Example.com now', 'write to [own-value] now'],
    ['call 1 212 555 0187', 'call [own-value]'],
    ['call 12125550187!', 'call [own-value]!'],
    ['record 0048-3920', 'record [own-value]'],
    ['mrn 00483920', '[own-value]'],
    ['Mrs Kowalski came', 'Mrs [own-value] came'],
    ['Mrs KOWAL\u200bSKI came', 'Mrs [own-value] came'],
    ['zoë müller lüdenscheid', '[own-value]'],
    ['Zoë Mu\u0308ller-Lu\u0308denscheid', '[own-value]'],
    ['QUILLFEATHER, Wilhelmina', '[own-value]'],
    ['to 12 long acre flat 3, please', 'to [own-value], please'],
    ['Ｋｏｗａｌｓｋｉ', '[own-value]'],
  ])('finds %j', (text, expected) => expect(redacted(text)).toBe(expected));

  it('finds a longer part of a long text, wherever it begins', () => {
    expect(redacted('as you know she had seen nobody since the winter and slept very badly, so')).toContain(
      '[own-value]',
    );
  });

  it.each([
    'young people write to ann.lee@example.org', // another address; a name is written as one
    'call 212 555 0188 or record 00483921',
    'the patient told us',
    'Kowalska, Müller and Long Acre 12',
    '',
  ])('leaves %j alone', (text) => expect(redacted(text)).toBe(text));

  it('finds nothing under another key', () => {
    const foreign = new OwnValueFilter(hasherOf(), packMarks(marksOf('Kowalski', hasher)));
    expect(foreign.find('Mrs Kowalski')).toEqual([]);
  });

  it('does not look for what many rows say', () => {
    const marks = marksOf('Springfield', hasher);
    const rows = (count: number): OwnValueFilter =>
      new OwnValueFilter(hasher, packMarks(Array.from({ length: count }, () => marks).flat()));
    expect(rows(10).find('in Springfield')).toHaveLength(1);
    expect(rows(11).find('in Springfield')).toEqual([]);
  });

  it('finds a first and a last name together, in any spelling and order, where each alone is too short', () => {
    const names = new OwnValueFilter(hasher, packMarks(pairMarks('Li', 'Wang', hasher)));
    expect(['li wang', 'WANG, Li', 'Wang'].map((text) => names.find(text).length)).toEqual([1, 1, 0]);
  });

  it('finds any value in any text around it, and nothing in what says none', () => {
    const word = fc.stringMatching(/^[a-z]{2,9}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 2, maxLength: 6 }),
        fc.array(word),
        fc.array(word),
        (value, before, after) => {
          fc.pre(value.join('').length >= 6);
          const [said, one] = [value.join(' '), filterOf([value.join(', ')])];
          expect(one.find([...before, said, ...after].join(' ')).length).toBeGreaterThan(0);
          const without = [...before, ...after].join(' ');
          fc.pre(!` ${without} `.includes(` ${said} `));
          expect(one.find(without)).toEqual([]);
        },
      ),
    );
  });

  it('takes a value out of a stream, however it is cut', () => {
    const text = 'Hello, Ann. Write to ann.lee@example.com or Zoë Müller-Lüdenscheid at 12 Long Acre, Flat 3 today.';
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (sizes) => {
        const guard = new StreamGuard([guardrail(filter)]);
        let said = '';
        for (let [at, n] = [0, 0]; at < text.length; n += 1) {
          const size = sizes[n % sizes.length]!;
          said += guard.push(text.slice(at, at + size)).text;
          at += size;
        }
        expect(said + guard.end().text).toBe('Hello, Ann. Write to [own-value] or [own-value] at [own-value] today.');
      }),
    );
  });

  it('lets plain words of a stream go on at once', () => {
    const guard = new StreamGuard([guardrail(filter)]);
    expect(['It is ', 'sunny ', 'in ', 'town '].map((piece) => guard.push(piece).text).join('')).toBe(
      'It is sunny in town ',
    );
  });

  it('lets nothing past while it is not known what to look for, and only says so in shadow mode', () => {
    const unknown = { ...guardrail(filter), values: null };
    expect(() => inspect([unknown], 'input', 'anything')).toThrow('still being gathered');
    expect(inspect([{ ...unknown, mode: 'shadow' }], 'input', 'anything').text).toBe('anything');
  });
});
