/** What is known of something that was asked for: done, perhaps done, never asked for. */
export type Knowledge = 'no' | 'maybe' | 'yes';

/** A row as the client that wrote it remembers it. */
export interface Remembered {
  readonly token: string;
  inserted: Knowledge;
  deleted: Knowledge;
  /** The value that was accepted last. */
  amount: number;
  /** Values that an attempt without an answer may have left behind. */
  readonly ghosts: Set<number>;
}

/** A batch that was imported: all of it or nothing. */
export interface RememberedBatch {
  readonly tokens: readonly string[];
  readonly inserted: Knowledge;
}

/** Everything that the client of one tenant asked to be written, and what it was answered. */
export class Ledger {
  readonly rows: Remembered[] = [];
  readonly batches: RememberedBatch[] = [];
}

/** A row as it is stored. */
export interface StoredRow {
  readonly id: string;
  readonly token: string;
  readonly amount: number;
}

/** Compares what was answered with what is stored. @returns what does not fit */
export function compare(ledger: Ledger, stored: readonly StoredRow[]): string[] {
  const byToken = Map.groupBy(stored, ({ token }) => token);
  const twice = [...byToken].filter(([, rows]) => rows.length > 1).map(([token]) => `${token} was inserted twice`);
  const known = new Set(
    [...ledger.rows, ...ledger.batches.flatMap(({ tokens }) => tokens.map((token) => ({ token })))].map(
      ({ token }) => token,
    ),
  );
  const foreign = [...byToken.keys()].filter((token) => !known.has(token)).map((token) => `nobody asked for ${token}`);
  const rows = ledger.rows.flatMap((row) => compareRow(row, byToken.get(row.token)?.[0]));
  const batches = ledger.batches.flatMap((batch) => compareBatch(batch, byToken));
  return [...twice, ...foreign, ...rows, ...batches];
}

function compareRow({ token, inserted, deleted, amount, ghosts }: Remembered, row: StoredRow | undefined): string[] {
  if (!row) return inserted === 'yes' && deleted === 'no' ? [`${token} was accepted and is not there`] : [];
  if (deleted === 'yes') return [`${token} was deleted and is there`];
  if (row.amount !== amount && !ghosts.has(row.amount)) return [`${token} was set to ${amount} and is ${row.amount}`];
  return [];
}

function compareBatch({ tokens, inserted }: RememberedBatch, stored: ReadonlyMap<string, unknown>): string[] {
  const present = tokens.filter((token) => stored.has(token)).length;
  const isWhole = present === tokens.length || (present === 0 && inserted !== 'yes');
  return isWhole
    ? []
    : [
        `${present} of ${tokens.length} rows of the import ${tokens[0]} are there; it was ${inserted === 'yes' ? 'accepted' : 'not answered'}`,
      ];
}

/** A change of a row as the audit log has it. */
export interface Entry {
  readonly id: string;
  readonly change: 'insert' | 'update' | 'delete';
  readonly before: number | null;
  readonly after: number | null;
}

/** Replays an audit log: each row once inserted, changed step by step, at most once deleted, and so as it is stored. */
export function compareTrail(entries: readonly Entry[], stored: readonly StoredRow[]): string[] {
  const byId = Map.groupBy(entries, ({ id }) => id);
  const storedById = new Map(stored.map((row) => [row.id, row]));
  const unlogged = stored.filter(({ id }) => !byId.has(id)).map(({ id }) => `row ${id} is not in the audit log`);
  const wrong = [...byId].flatMap(([id, changes]) => {
    const expected = storedById.get(id)?.amount ?? null;
    const problem = replay(changes, expected);
    return problem ? [`row ${id}: ${problem}`] : [];
  });
  return [...unlogged, ...wrong];
}

/** Follows the changes from nothing; `end` is what is stored, null for nothing. Events may have been logged in any order. */
function replay(changes: readonly Entry[], end: number | null): string | null {
  const steps = changes.filter(({ before, after }) => before !== after); // an update sent again changes nothing
  const open = Map.groupBy(steps, ({ before }) => before);
  let at: number | null = null;
  for (let step = 0; step < steps.length; step += 1) {
    const next: Entry | undefined = open.get(at)?.pop();
    if (!next) return `the audit log has no change of ${at}, or one twice (${JSON.stringify(changes)})`;
    at = next.after;
  }
  return at === end ? null : `the audit log ends with ${at}, stored is ${end}`;
}
