import { Fault } from '@tenantry/kernel';
import { queryLimits, type SelectItem } from './query.js';
import { Scanner } from './scanner.js';

const AGGREGATES = new Set(['count', 'sum', 'avg', 'min', 'max']);

/** What the parser counts while it goes down. */
interface Budget {
  items: number;
  embeds: number;
}

/** Reads `select=…`. @throws Fault `malformed-request`, `query-not-supported` or `query-too-deep` */
export function parseSelect(text: string): readonly SelectItem[] {
  const scanner = new Scanner(text, 'select');
  scanner.skipSpaces();
  if (scanner.done) {
    return [{ kind: 'all' }];
  }
  const items = selectList(scanner, 0, { items: 0, embeds: 0 });
  if (!scanner.done) {
    throw scanner.fault('unexpected text');
  }
  return items;
}

function selectList(scanner: Scanner, depth: number, budget: Budget): readonly SelectItem[] {
  const items: SelectItem[] = [];
  do {
    scanner.skipSpaces();
    items.push(selectItem(scanner, depth, budget));
    scanner.skipSpaces();
    budget.items += 1;
    if (budget.items > queryLimits.selectItems) {
      throw scanner.fault(`more than ${queryLimits.selectItems} items`);
    }
  } while (scanner.take(','));
  return items;
}

function selectItem(scanner: Scanner, depth: number, budget: Budget): SelectItem {
  if (scanner.sees('...')) {
    throw scanner.notSupported('Spreading an embedded table (...)');
  }
  if (scanner.take('*')) {
    return { kind: 'all' };
  }
  const first = scanner.name();
  const isAliased = !scanner.sees('::') && scanner.take(':');
  const alias = isAliased ? first : null;
  const name = isAliased ? scanner.name() : first;
  if (scanner.sees('->')) {
    throw scanner.notSupported('A path into JSON (->)');
  }
  if (scanner.sees('.')) {
    throw scanner.notSupported('An aggregate function');
  }
  if (scanner.sees('!') || scanner.sees('(')) {
    return embed(scanner, name, alias, depth, budget);
  }
  return { kind: 'column', name, alias, cast: scanner.take('::') ? castName(scanner) : null };
}

/** A type may have its length or precision in parentheses and brackets behind it. */
function castName(scanner: Scanner): string {
  const name = scanner.until(',()');
  return scanner.take('(') ? `${name}(${scanner.until(')')}${closing(scanner)}${scanner.until(',()')}` : name;
}

function closing(scanner: Scanner): string {
  scanner.expect(')');
  return ')';
}

function embed(scanner: Scanner, target: string, alias: string | null, depth: number, budget: Budget): SelectItem {
  budget.embeds += 1;
  if (depth >= queryLimits.embedDepth || budget.embeds > queryLimits.embeds) {
    throw new Fault('query-too-deep', {
      field: 'select',
      detail: `A query embeds at most ${queryLimits.embeds} tables, ${queryLimits.embedDepth} inside each other`,
    });
  }
  let hint: string | null = null;
  let inner = false;
  while (scanner.take('!')) {
    const word = scanner.name();
    if (word === 'inner' || word === 'left') {
      inner = word === 'inner';
    } else if (hint === null) {
      hint = word;
    } else {
      throw scanner.fault('more than one hint');
    }
  }
  scanner.expect('(');
  scanner.skipSpaces();
  if (scanner.take(')')) {
    if (AGGREGATES.has(target)) {
      throw scanner.notSupported(`The aggregate function ${target}()`);
    }
    return { kind: 'embed', target, alias, hint, inner, select: [] };
  }
  const select = selectList(scanner, depth + 1, budget);
  scanner.expect(')');
  return { kind: 'embed', target, alias, hint, inner, select };
}
