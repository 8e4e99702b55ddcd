import type { FieldFacts, MessageType, Operation } from '@tenantry/contracts';
import fc from 'fast-check';
import type { Input } from './case.js';
import { rulesOf, type FieldRules } from './rules.js';
import { isAlwaysGiven, wordFor } from './words.js';

const MAX_TEXT = 200;
const MAX_ITEMS = 4;
const MAX_DEPTH = 3;
const INT32 = 2 ** 31;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** Inputs that are within the contract of an operation; where words are known, of the kind that means something. */
export function validInput(operation: Operation): fc.Arbitrary<Input> {
  return validMessage(operation, operation.input as MessageType<unknown>, 0);
}

/** Values of a message: required fields always, others now and then. */
export function validMessage(operation: Operation, type: MessageType<unknown>, depth: number): fc.Arbitrary<Input> {
  const fields = type.fields.filter((facts) => facts.required || depth < MAX_DEPTH || facts.kind !== 'message');
  const model = Object.fromEntries(
    fields.map((facts) => {
      const value = validField(operation, type, facts, depth);
      const isNeeded = facts.required || rulesOf(type, facts).minItems > 0 || isAlwaysGiven(type, facts.wire);
      return [facts.wire, isNeeded ? value : fc.option(value, { nil: undefined, freq: 1 })];
    }),
  );
  return fc
    .record(model)
    .map((input) => Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)));
}

/** Values of one field. */
export function validField(
  operation: Operation,
  type: MessageType<unknown>,
  facts: FieldFacts,
  depth: number,
): fc.Arbitrary<unknown> {
  const word = wordFor(operation, type, facts.wire);
  if (word) return word;
  const rules = rulesOf(type, facts);
  const one = validOne(operation, facts, rules, depth);
  if (facts.map) return fc.dictionary(fc.stringMatching(/^[a-z]{1,10}$/), one, { maxKeys: MAX_ITEMS });
  if (!facts.repeated) return one;
  const length = {
    minLength: rules.minItems,
    maxLength: Math.max(rules.minItems, Math.min(MAX_ITEMS, facts.maxItems)),
  };
  return rules.uniqueItems ? fc.uniqueArray(one, length) : fc.array(one, length);
}

type Make = (rules: FieldRules, facts: FieldFacts) => fc.Arbitrary<unknown>;

const makers: Readonly<Record<Exclude<FieldFacts['kind'], 'message'>, Make>> = {
  string: (rules, { multiline }) => text(rules, multiline),
  bool: () => fc.boolean(),
  int32: ({ min, max }) => fc.integer({ min: min ?? -INT32, max: max ?? INT32 - 1 }),
  int64: () => fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
  double: ({ min, max }) => fc.double({ noNaN: true, noDefaultInfinity: true, min: min ?? -1e6, max: max ?? 1e6 }),
  bytes: () => fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  timestamp: () =>
    fc
      .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
  json: (_, facts) => json(facts.json),
};

function validOne(operation: Operation, facts: FieldFacts, rules: FieldRules, depth: number): fc.Arbitrary<unknown> {
  return facts.kind === 'message'
    ? validMessage(operation, facts.message!() as MessageType<unknown>, depth + 1)
    : makers[facts.kind](rules, facts);
}

function json(shape: FieldFacts['json']): fc.Arbitrary<unknown> {
  const any = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(clean(JSON.stringify(value))) as unknown);
  if (shape === 'object') return fc.dictionary(fc.stringMatching(/^[a-z]{1,10}$/), any, { maxKeys: MAX_ITEMS });
  return shape === 'array' ? fc.array(any, { maxLength: MAX_ITEMS }) : any;
}

/** Without what no text of ours may have. */
function clean(jsonText: string): string {
  return jsonText
    .replace(/\\u00[01][0-9a-f]|\\[bfnrt]/g, ' ')
    .replace(CONTROL, ' ')
    .replaceAll('__proto__', 'proto');
}

const formats: Readonly<Record<string, fc.Arbitrary<string>>> = {
  isCanonicalUuid: fc.uuid(),
  isEmail: fc.stringMatching(/^[a-z]{3,12}$/).map((name) => `${name}@example.com`),
  isHttpUrl: fc.constantFrom('https://app.example.com', 'http://localhost:3000/a?b=c', 'https://example.com/%C3%A4'),
  isCidr: fc.oneof(
    fc.ipV4().map((ip) => `${ip}/24`),
    fc.ipV4(),
    fc.constantFrom('::1', '2001:db8::/32'),
  ),
  isIp: fc.oneof(fc.ipV4(), fc.constant('::1')),
  isIanaTimeZone: fc.constantFrom('Europe/Berlin', 'UTC', 'America/Argentina/Ushuaia', 'Asia/Kolkata'),
  isFqdn: fc.stringMatching(/^[a-z]{2,10}$/).map((name) => `${name}.example.com`),
};

function text(rules: FieldRules, multiline: boolean): fc.Arbitrary<string> {
  if (rules.words) return fc.constantFrom(...rules.words);
  if (rules.format) return formats[rules.format]!;
  const max = Math.min(rules.maxLength ?? MAX_TEXT, MAX_TEXT);
  const fits = (value: string): boolean => [...value].length <= max && [...value].length >= rules.minLength;
  if (rules.pattern) return fc.stringMatching(rules.pattern).filter((value) => fits(value) && value.isWellFormed());
  const units = multiline
    ? fc.string({ unit: 'grapheme', minLength: rules.minLength, maxLength: max })
    : plainText(rules.minLength, max);
  return units.map((value) => [...value].slice(0, max).join('')).filter(fits);
}

function plainText(minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: 'grapheme', minLength, maxLength }).map((value) => value.replace(CONTROL, '-'));
}
