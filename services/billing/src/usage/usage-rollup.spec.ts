import type { UsageEvent } from '@tenantry/contracts';
import { doctor, identifier, sql } from '@tenantry/database';
import { testContext } from '@tenantry/testing';
import fc from 'fast-check';
import { billingOnRealPostgres } from '../billing.fixture.js';
import { meterOf, record, total, usage, type Caller } from './usage.fixture.js';

const KINDS = ['sum', 'count', 'max', 'last', 'unique'];

interface Sent {
  /** In half hours: some events share an hour and differ in time. */
  readonly ago: number;
  readonly value: number;
  readonly who: string;
  /** Which of the events before it replaces or cancels, if any. */
  readonly about: number | null;
  readonly cancels: boolean;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  ago: fc.integer({ min: 3, max: 6 }),
  value: fc.integer({ min: 0, max: 20 }).map((n) => n / 8),
  who: fc.constantFrom('ada', 'bob', 'cleo'),
  about: fc.option(fc.nat({ max: 9 })),
  cancels: fc.boolean(),
});

/** What counts, kept the slow and simple way. */
class Model {
  readonly alive = new Map<string, { at: number; value: number; who: string }>();
  readonly taken = new Set<string>();

  /** Answers the event to send, or undefined when this one would be refused. */
  take(id: string, { ago, value, who, about, cancels }: Sent): UsageEvent | undefined {
    const now = Date.now();
    const time = now - (now % 3_600_000) - ago * 1_800_000;
    const common = { type: 'use', userId: who, value };
    if (about === null) {
      this.alive.set(id, { at: time, value, who });
      return usage(id, { ...common, time: new Date(time) });
    }
    const original = this.alive.get(`${about}`);
    if (!original) return undefined;
    this.alive.delete(`${about}`);
    if (cancels) return usage(id, { type: 'use', cancels: `${about}` });
    this.alive.set(id, { at: original.at, value, who });
    return usage(id, { ...common, corrects: `${about}` });
  }

  totals(): number[] {
    const all = [...this.alive].map(([id, event]) => ({ id, ...event }));
    const newest = all.toSorted((x, y) => x.at - y.at || (x.id < y.id ? -1 : 1)).at(-1);
    const values = all.map(({ value }) => value);
    return [
      values.reduce((sum, value) => sum + value, 0),
      all.length,
      Math.max(0, ...values),
      newest?.value ?? 0,
      new Set(all.map(({ who }) => who)).size,
    ];
  }
}

describe('The hours', () => {
  const t = billingOnRealPostgres();

  /** A tenant whose five meters count the same events, each in its way. */
  const newTenant = async (): Promise<Caller> => {
    const id = await t.database.addTenant();
    t.bus.announce(id);
    const tenant: Caller = { call: (operation, input) => t.bus.call(operation, input, testContext(id)) };
    for (const aggregation of KINDS) {
      const valueProperty = aggregation === 'unique' ? 'userId' : null;
      await meterOf(tenant, { key: aggregation, aggregation, valueProperty, eventType: 'use', groupBy: ['userId'] });
    }
    return tenant;
  };

  it('always say what the events that count add up to, however these came', async () => {
    const property = fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 10 }), async (events) => {
      const tenant = await newTenant();
      const model = new Model();
      for (const [index, event] of events.entries()) {
        const message = model.take(`${index}`, event);
        if (message) await record(tenant, message);
      }
      expect(await Promise.all(KINDS.map((key) => total(tenant, key)))).toEqual(model.totals());
    });
    await fc.assert(property, { numRuns: 25 });
  });

  it('show a tenant nothing of another, also to a statement that forgets to ask for one', async () => {
    await meterOf(t.a, { key: 'calls', aggregation: 'unique', valueProperty: 'userId', eventType: 'use' });
    await record(t.a, usage('1', { type: 'use', userId: t.a.canary() }));
    for (const table of ['meter', 'usage_event', 'usage_hour', 'usage_distinct']) {
      const seen = (id: string) =>
        t.doors.tenants.query(testContext(id), sql`select from ${identifier('billing', table)}`);
      expect([table, (await seen(t.a.id)).length, (await seen(t.b.id)).length]).toEqual([table, 1, 0]);
    }
  });

  it('lie in tables that are sound in the eyes of the doctor', async () => {
    expect(await doctor(t.database.adminUrl)).toEqual([]);
    await t.doors.assertSafeLogin();
  });
});
