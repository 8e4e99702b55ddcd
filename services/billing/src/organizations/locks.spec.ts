import { finalizeInvoice, gatherOrganizationInvoices } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { eventually } from '@tenantry/testing';
import { staff } from '../billing.fixture.js';
import { DunningLadder } from '../dunning/dunning-ladder.js';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { draft, open } from '../invoices/invoices.fixture.js';
import { lockSubscription } from '../subscriptions/subscription.table.js';
import { OrganizationBench } from './organizations.fixture.js';

describe('Whoever gathers for an organization', () => {
  const bench = new OrganizationBench();
  const { t } = bench;
  const untilBlocked = (count: number): Promise<void> =>
    eventually(async () => {
      const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return (await t.database.admin(waiting)).length >= count;
    });

  it('and opens its tenants again, and a tenant’s own ladder wait for each other, never in a circle', async () => {
    await bench.billing(null);
    bench.at('2026-01-10T00:00:00Z');
    await open(t, t.b.id, '2026-01-01', '2026-01-02'); // B's own, which it does not pay
    await bench.billing(t.a.id);
    bench.at('2026-02-02T12:00:00Z');
    const { id: invoiceId } = await draft(t, t.b.id, '2026-01-11', '2026-01-21');
    await t.bus.call(finalizeInvoice, { tenantId: t.b.id, invoiceId }, staff());
    await t.database.admin(`insert into billing.dunning values ($1, 4, '2026-01-21', now())`, [t.a.id]); // and owes nothing any more
    const [book, ladder, gate] = [t.bus.get(InvoiceBook), t.bus.get(DunningLadder), Promise.withResolvers<void>()];
    const locked = Promise.withResolvers<void>();
    const holding = book.transaction(undefined, newId(), async (tx) => {
      await lockSubscription(tx, t.a.id);
      locked.resolve();
      await gate.promise;
    });
    await locked.promise;
    const gathering = t.bus.call(gatherOrganizationInvoices, { organizationId: bench.organizationId }, staff());
    await untilBlocked(1); // it has the organization, and wants the subscriptions
    const climbing = book.transaction(undefined, t.b.id, (tx) => ladder.climb(tx, t.b.id));
    await untilBlocked(2).finally(() => gate.resolve());
    const [{ data }] = await Promise.all([gathering, climbing, holding]);
    expect(data).toMatchObject([{ number: 1n, total: '20.00' }]);
    const steps = await t.database.admin('select tenant_id, step from billing.dunning order by step');
    expect(steps).toEqual([
      { tenant_id: t.a.id, step: 0 },
      { tenant_id: t.b.id, step: 1 },
    ]);
  });
});
