import { Controller } from '@nestjs/common';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Every } from '@tenantry/messaging';
import { Ledger, type LedgerEntry, Logger } from '@tenantry/service';
import { ErasureRepeater } from './erasure-repeater.js';
import { type ErasureEntry, type LedgerMark, markAfter, standing } from './tombstone.js';
import { findRepeated, findUnkept, markKept, readMark, saveMark } from './tombstone.table.js';
import { Tombstones } from './tombstones.js';

const ENTRIES_A_READ = 200;
/** More are looked at in the next turns. */
const ENTRIES_A_TURN = 10_000;

/**
 * Compares the database with the ledger of erasures, at the start and every ten seconds. A database that does not know an entry was restored from a backup: the
 * erasure is carried out again. A ledger that does not have an entry was lost: it is filled from the database.
 */
@Controller()
export class EveryTenSecondsRepeatErasures {
  readonly #job: Job;

  constructor(
    control: ControlDatabase,
    private readonly ledger: Ledger,
    private readonly tombstones: Tombstones,
    private readonly repeater: ErasureRepeater,
    private readonly log: Logger,
  ) {
    this.#job = control.job('compliance_runner');
  }

  @Every({ name: 'compliance.tombstones', intervalMs: 10_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const { made, first, last } = await this.ledger.range();
    const known = await readMark(this.#job);
    const isSame = known?.ledger === made && known.sequence <= BigInt(last);
    const mark = isSame ? known : { ledger: made, sequence: 0n, againUntil: null, againSince: null };
    const from = Math.max(first, Number(mark.sequence) + 1);
    if (isSame && from > last) return;
    const to = Math.min(last, from + ENTRIES_A_TURN - 1);
    const entries = await this.#read(from, to);
    const unknown = await this.#unknown(entries, mark);
    if (unknown.length > 0) {
      this.log.warn({ erasures: unknown.length }, 'Erasures of the ledger are carried out again in this database');
    }
    for (const entry of unknown) await this.repeater.repeat(entry, made, signal);
    if (to === last) await this.#fill(made);
    await saveMark(this.#job, markAfter(mark, to, entries));
  }

  async #read(from: number, to: number): Promise<LedgerEntry[]> {
    const entries: LedgerEntry[] = [];
    for (let first = from; first <= to; first += ENTRIES_A_READ) {
      entries.push(...(await this.ledger.read(first, Math.min(to, first + ENTRIES_A_READ - 1))));
    }
    return entries;
  }

  async #unknown(entries: readonly LedgerEntry[], mark: LedgerMark): Promise<ErasureEntry[]> {
    const begun = standing(entries);
    const ids = begun.map(({ said }) => said.erasureId);
    if (ids.length === 0) return [];
    const known = await markKept(this.#job, ids, mark.ledger);
    const { againUntil, againSince } = mark;
    const repeated = againSince ? await findRepeated(this.#job, ids, againSince) : known;
    return begun.filter(({ sequence, said: { erasureId } }) =>
      BigInt(sequence) <= (againUntil ?? 0n) ? !repeated.has(erasureId) : !known.has(erasureId),
    );
  }

  /** Tells the ledger what only the database knows. What it is told twice counts once. */
  async #fill(ledger: string): Promise<void> {
    for (let rows = await findUnkept(this.#job, ledger, ENTRIES_A_READ); rows.length > 0;) {
      await Promise.all(rows.map((row) => this.tombstones.keepAgain(row)));
      const ids = rows.map(({ id }) => id);
      await markKept(this.#job, ids, ledger);
      rows = await findUnkept(this.#job, ledger, ENTRIES_A_READ);
    }
  }
}
