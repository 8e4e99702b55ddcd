import type { FieldFacts, MessageType, Operation } from '@tenantry/contracts';
import fc from 'fast-check';
import type { Input } from './case.js';
import { rulesOf, type FieldRules } from './rules.js';
import { validInput, validMessage } from './valid.js';

/** An input with exactly one thing wrong, and the field that is to be named for it. */
export interface NearInput {
  readonly input: Input;
  readonly field: string;
}

const MAX_DEPTH = 3;
const TOO_LARGE_INT32 = 2 ** 31;

/** Whether inputs travel as text, in which a number can't be of the wrong kind. */
const isText = ({ http }: Operation): boolean => http?.method === 'GET' || http?.method === 'DELETE';

/** Inputs that break one rule of the contract. */
export function nearInput(operation: Operation): fc.Arbitrary<NearInput> {
  return nearMessage(operation, operation.input as MessageType<unknown>, validInput(operation), 0);
}

function nearMessage(
  operation: Operation,
  type: MessageType<unknown>,
  valid: fc.Arbitrary<Input>,
  depth: number,
): fc.Arbitrary<NearInput> {
  const inPath = new Set([...operation.http!.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!));
  const own = type.fields.flatMap((facts) => {
    const isInPath = depth === 0 && inPath.has(facts.wire);
    const values = wrongValues(facts, rulesOf(type, facts), isInPath || isText(operation), isInPath);
    return values.map((value) => ({ wire: facts.wire, value }));
  });
  const breaks = [...own, { wire: 'unheardOf', value: 'x' }];
  const here = fc
    .tuple(valid, fc.constantFrom(...breaks))
    .map(([input, { wire, value }]) => ({ input: { ...input, [wire]: value }, field: wire }));
  const inside = depth < MAX_DEPTH && !isText(operation) ? type.fields.filter(({ kind }) => kind === 'message') : [];
  return fc.oneof({ weight: 3, arbitrary: here }, ...inside.map((facts) => nearInside(operation, facts, valid, depth)));
}

function nearInside(
  operation: Operation,
  { wire, repeated, message }: FieldFacts,
  valid: fc.Arbitrary<Input>,
  depth: number,
): fc.Arbitrary<NearInput> {
  const type = message!() as MessageType<unknown>;
  const inner = nearMessage(operation, type, validMessage(operation, type, depth + 1), depth + 1);
  return fc.tuple(valid, inner).map(([input, { input: part, field }]) => ({
    input: { ...input, [wire]: repeated ? [part] : part },
    field: repeated ? `${wire}[0].${field}` : `${wire}.${field}`,
  }));
}

/** Values that a field must refuse. Undefined leaves the field out. */
function wrongValues(facts: FieldFacts, rules: FieldRules, asText: boolean, isInPath: boolean): unknown[] {
  if (facts.map) return asText ? [] : ['x', [], 1];
  if (facts.repeated) return wrongLists(facts, rules, asText);
  const absent = facts.required && !isInPath ? [undefined] : [];
  const nothing = !asText && !facts.optional && facts.kind !== 'json' ? [null] : [];
  return [...absent, ...nothing, ...wrongOnes(facts, rules, asText)];
}

function wrongLists(facts: FieldFacts, rules: FieldRules, asText: boolean): unknown[] {
  const one = facts.kind === 'string' ? 'x' : facts.kind === 'message' ? {} : 1;
  const tooMany = facts.maxItems < 1_000 ? [Array.from({ length: facts.maxItems + 1 }, () => one)] : [];
  const items = wrongOnes(facts, rules, asText).map((value) => [value]);
  return asText ? [...tooMany, ...items] : [...tooMany, ...items, 'x', {}, 7, ...(facts.nullable ? [] : [null])];
}

/** Values that no field of a kind takes: first those that can be said as text, then those that only JSON can say. */
const wrongOfKind: Readonly<Record<FieldFacts['kind'], readonly [asText: unknown[], asJson: unknown[]]>> = {
  string: [[], [7, true, {}, ['x'], 'half \ud800']],
  int32: [
    [TOO_LARGE_INT32, 1.5, 'seven'],
    [[], {}],
  ],
  int64: [
    ['1.5', 'seven', '9223372036854775808'],
    [{}, []],
  ],
  double: [['seven'], [[], {}]],
  bool: [['yes'], [1, [], {}]],
  bytes: [['***'], [7]],
  timestamp: [
    ['tomorrow', '2026-02-30T00:00:00Z', '2026-01-01'],
    [1_700_000_000, {}],
  ],
  message: [['x'], [7, []]],
  json: [[], []],
};
const wrongShapes = { any: [], object: ['x', [], 7], array: ['x', {}, 7] } as const;

function wrongOnes({ kind, multiline, json }: FieldFacts, rules: FieldRules, asText: boolean): unknown[] {
  const [text, other] = wrongOfKind[kind];
  const ruled = kind === 'string' ? [...wrongTexts(rules), ...controls(multiline)] : wrongNumbers(rules);
  const shapes = kind === 'json' ? wrongShapes[json] : [];
  return [...text, ...ruled, ...shapes, ...(asText ? [] : other)];
}

const controls = (multiline: boolean): string[] =>
  multiline ? ['a\u0000b', 'a\u001bb'] : ['a\u0000b', 'a\nb', 'a\u0085b'];

function wrongTexts({ maxLength, minLength, words, format, pattern }: FieldRules): string[] {
  return [
    ...(maxLength === null ? [] : ['x'.repeat(maxLength + 1)]),
    ...(minLength > 1 ? ['x'.repeat(minLength - 1)] : []),
    ...(words ? ['no-such-word', `${words[0]} `, words[0]!.toUpperCase()] : []),
    ...(format ? ['not one', 'x'] : []),
    ...(format === 'isCanonicalUuid'
      ? ['01A1FE87-482B-772D-851A-BF3039FB7872', '01a1fe87482b772d851abf3039fb7872']
      : []),
    ...(format === 'isCidr' ? ['10.0.0.0/33', '10.0.0.0/08', '::/129', '10.0.0.1 '] : []),
    ...(pattern ? ['!', ' x', 'x\u00e4;--'].filter((text) => !pattern.test(text)) : []),
  ];
}

function wrongNumbers({ min, max }: FieldRules): number[] {
  return [...(min === null ? [] : [min - 1]), ...(max === null ? [] : [max + 1])];
}
