import {
  checkEntitlement,
  creditInvoice,
  DunningEased,
  DunningStepReached,
  getSubscription,
  markInvoiceUncollectible,
  payInvoice,
  type Invoice,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { billingOnRealPostgres, relayEntitlements, staff, type FakeRegistry } from '../billing.fixture.js';
import { open, sell, SetClock } from '../invoices/invoices.fixture.js';
import { daysAfter } from '../invoices/period.js';
import { Every15mDun } from './every-15m-dun.js';

const OPENED = '2026-03-01';
const DUE = '2026-03-15';

describe('A tenant that does not pay', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  let invoice: Invoice;
  beforeEach(async () => {
    clock.at = new Date('2026-02-01T00:00:00Z');
    for (const tenant of [t.a, t.b]) await sell(t, tenant.id, { price: '28.00', featureEntitlements: ['reports'] });
    clock.at = new Date(`${OPENED}T00:00:00Z`);
    invoice = await open(t, t.a.id, '2026-02-01', '2026-03-01');
    const { id: invoiceId } = await open(t, t.b.id, '2026-02-01', '2026-03-01');
    await t.bus.call(payInvoice, { tenantId: t.b.id, invoiceId }, staff());
  });
  const run = (): Promise<void> => t.bus.get(Every15mDun).handle(new AbortController().signal);
  /** Looks at the ladder on each day after the due date up to one. */
  const until = async (day: number): Promise<void> => {
    for (let at = 0; at <= day; at++) {
      clock.at = new Date(`${daysAfter(DUE, at)}T12:00:00Z`);
      await run();
    }
  };
  const steps = async () =>
    (await t.outbox()).flatMap(({ type, tenantId, step, daysPastDue }) =>
      type.startsWith('Dunning') && [t.a.id, t.b.id].includes(tenantId) ? [[tenantId, step, daysPastDue ?? null]] : [],
    );
  const pay = ({ id: invoiceId }: Invoice) => t.bus.call(payInvoice, { tenantId: t.a.id, invoiceId }, staff());
  const suspended = (tenantId: string) => (t.bus.get(RpcClient) as unknown as FakeRegistry).suspended.get(tenantId);
  const told = async (event: object) => t.bus.deliver({ event, tenantId: t.a.id });
  const reached = (step: string) =>
    new DunningStepReached({
      ...{ step, invoiceId: invoice.id, number: 1n, due: '28.00', currency: 'USD', dueOn: DUE, daysPastDue: 35 },
    });

  it('is reminded three times, restricted and suspended, each once, and whoever paid is not', async () => {
    expect(invoice.dueOn).toBe(DUE);
    await until(40);
    await run();
    expect(await steps()).toEqual([
      [t.a.id, 'reminder_1', 7],
      [t.a.id, 'reminder_2', 14],
      [t.a.id, 'reminder_3', 21],
      [t.a.id, 'restricted', 28],
      [t.a.id, 'suspended', 35],
    ]);
    const { due, number, changes } = (await t.outbox()).at(-1)!;
    expect({ due, number }).toEqual({ due: '28.00', number: '1' });
    expect(changes).toMatchObject([{ resource: 'dunning', old: { step: 'restricted' }, new: { step: 'suspended' } }]);
  });

  it('is granted nothing by its plan from the restriction on, and everything from the commit in which it pays', async () => {
    const mayReport = async (tenant: typeof t.a): Promise<boolean> => {
      await relayEntitlements(t);
      return (await tenant.call(checkEntitlement, { feature: 'reports' })).allowed;
    };
    await until(27);
    expect(await mayReport(t.a)).toBe(true);
    await until(28);
    expect([await mayReport(t.a), await mayReport(t.b)]).toEqual([false, true]);
    expect((await t.a.call(getSubscription, {})).restrictedSince).toEqual(clock.at);
    await pay(invoice);
    expect((await steps()).at(-1)).toEqual([t.a.id, 'none', null]);
    expect(await mayReport(t.a)).toBe(true);
    expect((await t.a.call(getSubscription, {})).restrictedSince).toBeNull();
  });

  it('is suspended through the registry, opened again when it pays, and not suspended by news that comes late', async () => {
    await until(34);
    await told(reached('restricted'));
    expect(suspended(t.a.id)).toBeUndefined();
    await until(35);
    await told(reached('suspended'));
    expect(suspended(t.a.id)).toBe(true);
    await pay(invoice);
    await told(new DunningEased({ step: 'none' }));
    expect(suspended(t.a.id)).toBe(false);
    await told(reached('suspended'));
    expect(suspended(t.a.id)).toBe(false);
    expect(suspended(t.b.id)).toBeUndefined();
  });

  it('goes down to what another overdue invoice has earned when it pays the oldest', async () => {
    clock.at = new Date('2026-04-01T00:00:00Z'); // due on the 15th
    const second = await open(t, t.a.id, '2026-03-01', '2026-04-01');
    await until(39); // 23 April: 8 days past the second one's date
    await pay(invoice);
    expect((await steps()).at(-1)).toEqual([t.a.id, 'reminder_1', null]);
    expect((await t.a.call(getSubscription, {})).restrictedSince).toBeNull();
    await pay(second);
    expect((await steps()).at(-1)).toEqual([t.a.id, 'none', null]);
  });

  it.each([
    ['credited in full', creditInvoice, { amount: '28.00', reason: 'goodwill' }],
    ['given up', markInvoiceUncollectible, {}],
  ] as const)('is left alone when its invoice is %s', async (_, operation, more) => {
    await until(7);
    const name = { tenantId: t.a.id, invoiceId: invoice.id };
    await t.bus.call(operation as typeof creditInvoice, { ...name, ...more } as never, staff());
    expect((await steps()).at(-1)).toEqual([t.a.id, 'none', null]);
    await until(40);
    expect((await steps()).length).toBe(2);
  });

  it('is warned by its own calendar, and not while the registry does not know it', async () => {
    t.bus.announce(t.a.id, { timeZone: 'Pacific/Kiritimati' }); // 14 hours ahead
    clock.at = new Date(`${daysAfter(DUE, 6)}T09:59:00Z`);
    await run();
    expect(await steps()).toEqual([]);
    clock.at = new Date(`${daysAfter(DUE, 6)}T10:00:00Z`);
    await run();
    expect(await steps()).toEqual([[t.a.id, 'reminder_1', 7]]);
    expect(suspended(newId())).toBeUndefined();
  });

  it('is not warned while the attempt of that day to collect is due, and is when it did not come', async () => {
    await t.database.admin(`update billing.invoice set collect_at = '2026-03-22T11:00:00Z' where id = $1`, [
      invoice.id,
    ]);
    await until(7);
    expect(await steps()).toEqual([]);
    clock.at = new Date('2026-03-22T13:01:00Z');
    await run();
    expect(await steps()).toEqual([[t.a.id, 'reminder_1', 7]]);
  });
});
