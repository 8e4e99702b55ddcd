import { type Comparison, type Condition, type IsWord, queryLimits } from './query.js';
import { notSupported, Scanner, syntaxFault } from './scanner.js';

const COMPARISONS: readonly string[] = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike'] satisfies Comparison[];
const IS_WORDS: readonly string[] = ['null', 'not_null', 'true', 'false', 'unknown'] satisfies IsWord[];
const OTHERS = new Set('match imatch isdistinct fts plfts phfts wfts cs cd ov sl sr nxr nxl adj'.split(' '));

/** Counts conditions over the whole query. */
export class ConditionBudget {
  #left: number = queryLimits.conditions;

  spend(part: string): void {
    this.#left -= 1;
    if (this.#left < 0) {
      throw syntaxFault(part, `more than ${queryLimits.conditions} conditions`);
    }
  }
}

/** Reads `column=not.operator.value`. @throws Fault `malformed-request` or `query-not-supported` */
export function parseFilter(column: string, text: string, part: string, budget: ConditionBudget): Condition {
  const scanner = new Scanner(text, part);
  const condition = comparison(scanner, column, (one) => one.rest(), budget);
  if (!scanner.done) {
    throw scanner.fault('unexpected text');
  }
  return condition;
}

/** Reads `and=(…)` and `or=(…)`, with `not.` taken off before. */
export function parseLogic(
  kind: 'and' | 'or',
  negated: boolean,
  text: string,
  part: string,
  budget: ConditionBudget,
): Condition {
  const scanner = new Scanner(text, part);
  const conditions = group(scanner, 0, budget);
  scanner.skipSpaces();
  if (!scanner.done) {
    throw scanner.fault('unexpected text');
  }
  return { kind, conditions, negated };
}

function group(scanner: Scanner, depth: number, budget: ConditionBudget): readonly Condition[] {
  if (depth >= queryLimits.conditionDepth) {
    throw scanner.fault(`conditions nested more than ${queryLimits.conditionDepth} deep`);
  }
  scanner.skipSpaces();
  scanner.expect('(');
  const conditions: Condition[] = [];
  do {
    scanner.skipSpaces();
    conditions.push(member(scanner, depth, budget));
    scanner.skipSpaces();
  } while (scanner.take(','));
  scanner.expect(')');
  return conditions;
}

/** `and(…)`, `not.or(…)` or `column.operator.value` inside a group. */
function member(scanner: Scanner, depth: number, budget: ConditionBudget): Condition {
  for (const [token, kind, negated] of GROUPS) {
    if (scanner.sees(`${token}(`)) {
      scanner.take(token);
      return { kind, negated, conditions: group(scanner, depth + 1, budget) };
    }
  }
  const column = scanner.name();
  if (scanner.sees('->')) {
    throw scanner.notSupported('A path into JSON (->)');
  }
  scanner.expect('.');
  return comparison(scanner, column, groupedValue, budget);
}

const GROUPS = [
  ['and', 'and', false],
  ['or', 'or', false],
  ['not.and', 'and', true],
  ['not.or', 'or', true],
] as const;

/** A value inside a group ends at a comma or parenthesis unless it is quoted. */
function groupedValue(scanner: Scanner): string {
  return scanner.sees('"') ? scanner.quoted() : scanner.until(',)');
}

function comparison(
  scanner: Scanner,
  column: string,
  value: (scanner: Scanner) => string,
  budget: ConditionBudget,
): Condition {
  budget.spend(scanner.part);
  const negated = scanner.take('not.');
  const operator = scanner.until('.(,)');
  if (scanner.sees('(') && /^(eq|like|ilike|gt|gte|lt|lte|match|imatch|fts|plfts|phfts|wfts)$/.test(operator)) {
    throw scanner.notSupported(`The operator ${operator} with a modifier`);
  }
  if (!scanner.take('.')) {
    throw scanner.fault('expected an operator and a value, such as eq.1');
  }
  if (COMPARISONS.includes(operator)) {
    return { kind: 'compare', column, operator: operator as Comparison, value: value(scanner), negated };
  }
  if (operator === 'in') {
    return { kind: 'in', column, values: list(scanner), negated };
  }
  if (operator === 'is') {
    return { kind: 'is', column, word: isWord(scanner, value(scanner)), negated };
  }
  throw OTHERS.has(operator)
    ? notSupported(scanner.part, `The operator ${operator}`)
    : scanner.fault('unknown operator');
}

function isWord(scanner: Scanner, text: string): IsWord {
  const word = text.toLowerCase();
  if (!IS_WORDS.includes(word)) {
    throw scanner.fault(`expected one of ${IS_WORDS.join(', ')}`);
  }
  return word as IsWord;
}

/** `(a,"b,c",d)`; `()` is the empty list. */
function list(scanner: Scanner): readonly string[] {
  scanner.expect('(');
  const values: string[] = [];
  if (scanner.take(')')) {
    return values;
  }
  do {
    values.push(scanner.sees('"') ? scanner.quoted() : scanner.until(',)'));
    if (values.length > queryLimits.inValues) {
      throw scanner.fault(`more than ${queryLimits.inValues} values`);
    }
  } while (scanner.take(','));
  scanner.expect(')');
  return values;
}
