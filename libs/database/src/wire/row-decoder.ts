import pg from 'pg';

/** What the driver says about one column of a result. */
export interface ColumnFacts {
  readonly name: string;
  readonly dataTypeID: number;
}

type Parser = (text: string) => unknown;

const asText: Parser = (text) => text;
const { INT8, DATE, TIMESTAMP, INTERVAL } = pg.types.builtins;

/** Where the driver's choice loses something: `bigint` is exact, a date has no time zone. */
const parsers = new Map<number, Parser>([
  [INT8, BigInt],
  [DATE, asText],
  [TIMESTAMP, asText],
  [INTERVAL, asText],
]);

/** Turns the rows of one result into objects. Made once for a prepared statement. */
export class RowDecoder {
  readonly #names: string[];
  readonly #parsers: Parser[];
  readonly #blank: Record<string, unknown>;

  constructor(columns: readonly ColumnFacts[]) {
    this.#names = columns.map((column) => column.name);
    this.#parsers = columns.map(
      ({ dataTypeID }) => parsers.get(dataTypeID) ?? (pg.types.getTypeParser(dataTypeID, 'text') as Parser),
    );
    this.#blank = Object.fromEntries(this.#names.map((name) => [name, null]));
  }

  decode(values: readonly (string | null)[]): object {
    const row = { ...this.#blank };
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value != null) {
        row[this.#names[i]!] = this.#parsers[i]!(value);
      }
    }
    return row;
  }
}
