import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, CallOptions } from '../demo/api.js';
import type { Dice } from './dice.js';
import type { Remembered } from './ledger.js';
import type { Tenant } from './tenant.js';
import type { Watch } from './watch.js';

/** The table that the load writes; a product table, so each tenant has it where its mode puts it. */
export const TABLE = 'chaos_entries';

const PATH = `/rest/v1/${TABLE}`;
const PAUSE_MS = 15;
const RETRY_PAUSE_MS = 100;
const IMPORTED_ROWS = 40;
/** How many of its rows a writer goes on changing. */
const REMEMBERED_ROWS = 50;

/** One client of a tenant that writes, reads, imports; it never forgets what it was answered. */
export class Writer {
  private readonly mine: Remembered[] = [];
  private made = 0;

  constructor(
    private readonly tenant: Tenant,
    private readonly name: string,
    private readonly dice: Dice,
    private readonly watch: Watch,
  ) {}

  /** Works until it is told to stop, and then brings to an end what has begun. */
  async work(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.turn();
      await delay(PAUSE_MS);
    }
  }

  private async turn(): Promise<void> {
    const throwOf = this.dice.between(1, 100);
    const row = this.mine[this.dice.between(0, Math.max(0, this.mine.length - 1))];
    if (!row || throwOf <= 40) return this.insert();
    if (throwOf <= 60) return this.update(row);
    if (throwOf <= 65) return this.remove(row);
    if (throwOf <= 70) return this.import();
    return this.read(row);
  }

  private async insert(): Promise<void> {
    const row = this.remember();
    this.tenant.ledger.rows.push(row);
    const body = { token: row.token, amount: row.amount };
    // The same key for every attempt: however often it is sent, it counts once.
    await this.untilAccepted('POST', PATH, { body, headers: { 'idempotency-key': row.token } });
    row.inserted = 'yes';
    this.mine.push(row);
    if (this.mine.length > REMEMBERED_ROWS) this.mine.shift();
  }

  private async update(row: Remembered): Promise<void> {
    const amount = row.amount + this.dice.between(1, 9);
    const attempts = await this.untilAccepted('PATCH', `${PATH}?token=eq.${row.token}`, { body: { amount } });
    row.amount = amount;
    if (attempts > 1) row.ghosts.add(amount); // an attempt without an answer may still arrive after the next value
  }

  private async remove(row: Remembered): Promise<void> {
    row.deleted = 'maybe';
    this.mine.splice(this.mine.indexOf(row), 1);
    await this.untilAccepted('DELETE', `${PATH}?token=eq.${row.token}`, {});
    row.deleted = 'yes';
  }

  /** An import has no key, so one without an answer is left as it is: all of it is there, or nothing. */
  private async import(): Promise<void> {
    const rows = Array.from({ length: IMPORTED_ROWS }, () => ({ token: this.token(), amount: 0 }));
    const data = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    const answer = await this.watch.ask(this.tenant.owner, 'POST', `${PATH}/import`, {
      raw: { type: 'application/x-ndjson', data },
    });
    const tokens = rows.map(({ token }) => token);
    this.tenant.ledger.batches.push({ tokens, inserted: answer ? 'yes' : 'maybe' });
  }

  /** What was accepted can be read from then on, and by its own tenant alone. */
  private async read(row: Remembered): Promise<void> {
    const path = `${PATH}?token=eq.${row.token}&select=amount`;
    const answer = (await this.watch.ask(this.tenant.owner, 'GET', path)) as Answer<{ amount: number }[]> | null;
    const amount = answer?.body[0]?.amount;
    if (answer && amount !== row.amount && !row.ghosts.has(amount!))
      this.watch.blame(`${this.tenant.slug}: ${row.token} was accepted with ${row.amount} and reads ${amount}`);
    const foreign = (await this.watch.ask(this.tenant.other, 'GET', path)) as Answer<unknown[]> | null;
    if (foreign && foreign.body.length > 0)
      this.watch.blame(`${row.token} of ${this.tenant.slug} is shown to the other tenant`);
  }

  /** @returns how many attempts it took */
  private async untilAccepted(method: string, path: string, options: CallOptions): Promise<number> {
    for (let attempt = 1; !this.watch.isOver; attempt += 1) {
      if (await this.watch.ask(this.tenant.owner, method, path, options)) return attempt;
      await delay(RETRY_PAUSE_MS);
    }
    throw new Error(`${method} ${path} was not accepted before the end`);
  }

  private remember(): Remembered {
    return { token: this.token(), inserted: 'maybe', deleted: 'no', amount: 1, ghosts: new Set() };
  }

  private token(): string {
    return `${this.name}-${(this.made += 1)}`;
  }
}
