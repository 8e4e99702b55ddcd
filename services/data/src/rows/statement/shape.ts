import type { ColumnDefinition } from '../../tables/table-definition.js';
import type { PlacedTable } from '../../spaces/table-space.js';

/** An encrypted value in an answer: Postgres gives it sealed, with the key of its row. */
export interface EncryptedValue {
  /** Its name in the answer's objects. */
  readonly key: string;
  readonly table: PlacedTable;
  readonly column: ColumnDefinition;
}

/** Where in an answer there are encrypted values: what has to be opened before it goes out. */
export interface AnswerShape {
  readonly values: readonly EncryptedValue[];
  /** Embedded objects or arrays by their name. */
  readonly embedded: readonly { readonly key: string; readonly shape: AnswerShape }[];
}

/** Of an answer without encrypted values. */
export const PLAIN: AnswerShape = { values: [], embedded: [] };

/** Whether an answer can go out exactly as Postgres built it. */
export function isPlain({ values, embedded }: AnswerShape): boolean {
  return values.length === 0 && embedded.every(({ shape }) => isPlain(shape));
}
