import { empty, raw, sql, type Sql } from '@tenantry/database';
import type { PlacedTable } from '../../spaces/table-space.js';
import { notSupported } from '../query/scanner.js';
import type { Preferences } from '../query/preferences.js';
import type { RowsQuery } from '../query/query.js';
import { printReturned } from './print-read.js';
import { type PrintedSelect, type SelectContext, SelectPrinter } from './print-select.js';
import { printChange } from './print-write.js';
import { Scope } from './scope.js';
import type { AnswerShape } from './shape.js';

const NOTHING: AnswerShape = { values: [], embedded: [] };

/** What a change gives back: nothing but its count, or its rows as a select would show them. */
export class Returned {
  /** Conditions that choose the rows to change. */
  readonly where: readonly Sql[];
  readonly #printed: PrintedSelect | null;

  /** @throws Fault when the query names what can't be returned or chosen by */
  constructor(
    table: PlacedTable,
    query: RowsQuery,
    context: Omit<SelectContext, 'levels'>,
    returns: Preferences['returns'],
  ) {
    const isShown = returns === 'representation';
    const printer = new SelectPrinter({ ...context, levels: query.levels });
    // Without anything to show or choose by, no right to see rows is needed.
    const level = printer.level('');
    const looks = isShown || level.conditions.length > 0;
    const printed = looks
      ? printer.select(new Scope(table, 't0', context.principal), isShown ? query.select : [], '')
      : null;
    printer.assertAllLevelsUsed();
    if (printed && printed.narrowing !== empty) {
      throw notSupported('select', 'Choosing the rows of a change by an embedded table');
    }
    this.where = printed?.where ?? [];
    this.#printed = isShown ? printed : null;
  }

  get isShown(): boolean {
    return this.#printed !== null;
  }

  get shape(): AnswerShape {
    return this.#printed?.shape ?? NOTHING;
  }

  /** What the changing statement returns. */
  get columns(): Sql {
    return raw(this.isShown ? 't0.*' : '1');
  }

  /** The change and its answer as one statement. */
  answer(change: Sql, stripNulls: boolean): Sql {
    const counted = sql`select null as body, count(*)::int as rows, null::bigint as total, (select version from data.space) as version from changed`;
    return printChange(change, this.#printed ? printReturned(this.#printed, stripNulls) : counted);
  }
}
