import { ConditionBudget, parseFilter, parseLogic } from './parse-condition.js';
import { parseOrder } from './parse-order.js';
import { parseSelect } from './parse-select.js';
import { type Condition, EMPTY_LEVEL, type Level, type RowsQuery } from './query.js';
import { notSupported, Scanner, syntaxFault } from './scanner.js';

type Draft = { -readonly [K in keyof Level]: Level[K] extends readonly (infer T)[] ? T[] : Level[K] };

/** Reads a query string, without its question mark. @throws Fault `malformed-request`, `query-not-supported` … */
export function parseQueryString(query: string): RowsQuery {
  return parseParameters(decodePairs(query));
}

/** Reads parameters that are decoded already. */
export function parseParameters(pairs: readonly (readonly [string, string])[]): RowsQuery {
  const reader = new Reader();
  pairs.forEach(([key, value]) => reader.parameter(key, value));
  return reader.result();
}

/** `a=b&c=d`, strictly: what is not UTF-8 or not text that Postgres can hold is refused. */
export function decodePairs(query: string): readonly (readonly [string, string])[] {
  const pairs = query.split('&').filter((pair) => pair !== '');
  return pairs.map((pair) => {
    const split = pair.indexOf('=');
    const key = decode(split < 0 ? pair : pair.slice(0, split));
    return [key, split < 0 ? '' : decode(pair.slice(split + 1))] as const;
  });
}

function decode(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw syntaxFault('query', cause instanceof URIError ? 'it is not percent-encoded UTF-8' : 'it can not be decoded');
  }
  if (decoded.includes('\0') || !decoded.isWellFormed()) {
    throw syntaxFault('query', 'it has a character that can not be stored');
  }
  return decoded;
}

class Reader {
  readonly #levels = new Map<string, Draft>();
  readonly #budget = new ConditionBudget();
  readonly #seen = new Set<string>();
  #select: RowsQuery['select'] = [{ kind: 'all' }];
  #columns: RowsQuery['columns'] = null;
  #onConflict: RowsQuery['onConflict'] = null;

  parameter(key: string, value: string): void {
    switch (key) {
      case 'select':
        this.#once(key);
        this.#select = parseSelect(value);
        return;
      case 'columns':
        this.#once(key);
        this.#columns = parseNames(value, key);
        return;
      case 'on_conflict':
        this.#once(key);
        this.#onConflict = parseNames(value, key);
        return;
      default:
        this.#levelParameter(key, value);
    }
  }

  result(): RowsQuery {
    return { select: this.#select, levels: this.#levels, columns: this.#columns, onConflict: this.#onConflict };
  }

  /** `path.column`, `path.order`, `path.limit`, `path.offset`, `path.or`, `path.not.and`. */
  #levelParameter(key: string, value: string): void {
    const names = pathOf(key);
    const last = names.pop()!;
    if (last === 'and' || last === 'or') {
      const negated = names.at(-1) === 'not';
      const level = this.#level(negated ? names.slice(0, -1) : names);
      level.conditions.push(parseLogic(last, negated, value, key, this.#budget));
      return;
    }
    const level = this.#level(names);
    if (last === 'order') {
      this.#once(key);
      level.order = [...parseOrder(value, key)];
    } else if (last === 'limit' || last === 'offset') {
      this.#once(key);
      level[last] = parseCount(value, key);
    } else {
      level.conditions.push(parseFilter(last, value, key, this.#budget));
    }
  }

  #level(path: readonly string[]): Draft {
    const key = path.join('.');
    let level = this.#levels.get(key);
    if (!level) {
      level = { ...EMPTY_LEVEL, conditions: [] as Condition[], order: [] };
      this.#levels.set(key, level);
    }
    return level;
  }

  #once(key: string): void {
    if (this.#seen.has(key)) {
      throw syntaxFault(key, 'it is given twice');
    }
    this.#seen.add(key);
  }
}

function pathOf(key: string): string[] {
  const scanner = new Scanner(key, shown(key));
  const names = [scanner.name()];
  while (scanner.take('.')) {
    names.push(scanner.name());
  }
  if (scanner.sees('->')) {
    throw notSupported(shown(key), 'A path into JSON (->)');
  }
  if (!scanner.done) {
    throw scanner.fault('unexpected text');
  }
  return names;
}

const MAX_SHOWN = 100;

function shown(key: string): string {
  return key.slice(0, MAX_SHOWN) || 'query';
}

function parseNames(text: string, part: string): readonly string[] {
  const scanner = new Scanner(text, part);
  const names: string[] = [];
  do {
    scanner.skipSpaces();
    names.push(scanner.name());
    scanner.skipSpaces();
  } while (scanner.take(','));
  if (!scanner.done) {
    throw scanner.fault('unexpected text');
  }
  return [...new Set(names)];
}

function parseCount(text: string, part: string): number {
  if (!/^\d{1,10}$/.test(text)) {
    throw syntaxFault(part, 'it must be a whole number, 0 or more');
  }
  return Number(text);
}
