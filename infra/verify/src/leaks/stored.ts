import { DeliverPolicy } from '@nats-io/jetstream';
import type { OpenInstance } from '@tenantry/local';
import { EVENTS_STREAM, parseEventSubject } from '@tenantry/messaging';
import pg from 'pg';
import type { Findings } from '../report/outcome.js';
import type { Marks } from './marks.js';

const BATCH = 500;
const WAIT_MS = 2_000;
const EXPECTED = "no other tenant's values or ids, nothing classified, no password, no token";

/** A piece that was kept or sent for one tenant. */
interface Piece {
  readonly tenantId: string;
  readonly what: string;
  readonly text: string;
}

/** Looks through what is kept and sent beside the tables: events, those that nobody could handle, and the audit log. */
export class Stored {
  constructor(
    private readonly instance: OpenInstance,
    private readonly marks: Marks,
    private readonly since: Date,
  ) {}

  async report(findings: Findings): Promise<void> {
    await this.look('events', this.events(), findings);
    await this.look('failed events', this.failedEvents(), findings);
    await this.look('audit log', this.entries(), findings);
  }

  private async look(subject: string, pieces: AsyncIterable<Piece>, findings: Findings): Promise<void> {
    let count = 0;
    for await (const { tenantId, what, text } of pieces) {
      if (!this.marks.tenantIds.includes(tenantId)) continue; // of tenants that nobody marked
      count += 1;
      const seen = this.marks.wrongFor(text, tenantId);
      if (seen) this.record(findings, { subject, attack: `${what} of tenant ${tenantId} read`, held: false, seen });
    }
    this.record(findings, { subject, attack: `${count} of attacked tenants read`, held: true, seen: 'all read' });
  }

  private record(
    findings: Findings,
    outcome: { readonly subject: string; readonly attack: string; readonly held: boolean; readonly seen: string },
  ): void {
    findings.record({ section: 'leaks', expected: EXPECTED, ...outcome });
  }

  /** What went over the bus since the tenants were made. */
  private async *events(): AsyncGenerator<Piece> {
    const bus = await this.instance.bus();
    try {
      const start = { deliver_policy: DeliverPolicy.StartTime, opt_start_time: this.since.toISOString() };
      const consumer = await bus.jetstream.consumers.get(EVENTS_STREAM, start);
      let left = Number((await consumer.info()).num_pending);
      while (left > 0) {
        const batch = await Array.fromAsync(await consumer.fetch({ max_messages: BATCH, expires: WAIT_MS }));
        for (const { subject, data } of batch) {
          const { tenantId = '', name = '' } = parseEventSubject(subject) ?? {};
          yield { tenantId, what: name, text: Buffer.from(data).toString() };
        }
        left = batch.at(-1)?.info.pending ?? 0;
      }
    } finally {
      await bus.drain();
    }
  }

  private async *failedEvents(): AsyncGenerator<Piece> {
    for (const { name, migrations } of this.instance.services) {
      if (!migrations) continue;
      const text = `select subject, row_to_json(f)::text as text from ${pg.escapeIdentifier(name)}.failed_event f`;
      for (const row of await this.query<{ subject: string; text: string }>(text, [])) {
        const { tenantId = '', name: event = '' } = parseEventSubject(row.subject) ?? {};
        yield { tenantId, what: event, text: row.text };
      }
    }
  }

  private async *entries(): AsyncGenerator<Piece> {
    for (const tenantId of this.marks.tenantIds) {
      let after = '0';
      for (;;) {
        const text = `select sequence::text, action, row_to_json(e)::text as text from audit.entry e
          where tenant_id = $1 and sequence > $2 order by sequence limit ${BATCH}`;
        const rows = await this.query<{ sequence: string; action: string; text: string }>(text, [tenantId, after]);
        for (const row of rows) yield { tenantId, what: row.action, text: row.text };
        if (rows.length < BATCH) break;
        after = rows.at(-1)!.sequence;
      }
    }
  }

  private async query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.instance.adminUrl });
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows as Row[];
    } finally {
      await client.end();
    }
  }
}
