import {
  finalizeInvoice,
  gatherOrganizationInvoices,
  getOrganizationBilling,
  getSubscription,
  OrganizationDunningChanged,
  payInvoice,
  setOrganizationBilling,
  voidInvoice,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { type TestTenant } from '@tenantry/testing';
import { staff, type FakeRegistry } from '../billing.fixture.js';
import { draft, open } from '../invoices/invoices.fixture.js';
import { daysAfter } from '../invoices/period.js';
import { OrganizationBench } from './organizations.fixture.js';

describe('Billing an organization as one', () => {
  const bench = new OrganizationBench();
  const { t } = bench;
  const at = (time: string): Date => bench.at(time);
  const billing = (payer: string | null, id?: string) => bench.billing(payer, id);
  const month = (time: string) => bench.month(time);
  const wholes = (tenant?: TestTenant) => bench.wholes(tenant);
  const whole = () => bench.whole();
  const partOf = (tenant: TestTenant) => bench.partOf(tenant);

  it('waits until the month is over for all its tenants, some days at most', async () => {
    t.bus.announce(t.b.id, { organizationId: bench.organizationId, timeZone: 'Pacific/Honolulu', name: 'Bob Ltd' });
    await month('2026-02-02T00:00:00Z');
    expect(await wholes()).toEqual([]);
    await month('2026-02-02T12:00:00Z');
    expect(await wholes()).toMatchObject([{ total: expect.stringMatching(/^9/) }]);
    await t.database.admin(`update billing.invoice_book set invoiced_until = '2026-02-15' where tenant_id = $1`, [
      t.b.id,
    ]);
    await t.database.admin(`update billing.subscription set ends_at = '2026-01-01' where tenant_id = $1`, [t.b.id]);
    await t.database.admin(`update billing.invoice_book set invoiced_until = '2026-01-01' where tenant_id = $1`, [
      t.b.id,
    ]);
    at('2026-03-02T00:00:00Z');
    await t.bus.runSchedule('billing.invoice-months');
    await t.database.admin(`update billing.invoice_book set invoiced_until = '2026-01-01' where tenant_id = $1`, [
      t.b.id,
    ]);
    await t.bus.runSchedule('billing.gather-organizations');
    expect(await wholes()).toHaveLength(1);
    at('2026-03-05T00:00:00Z');
    await t.bus.runSchedule('billing.gather-organizations');
    expect(await wholes()).toHaveLength(2);
  });

  it('is restricted and suspended together when its payer does not pay, and opened together when it does', async () => {
    await month('2026-02-02T00:00:00Z');
    const { dueOn, id: invoiceId } = await whole();
    const restricted = async () =>
      Promise.all([t.a, t.b].map(async (one) => (await one.call(getSubscription, {})).restrictedSince != null));
    const suspended = (tenant: TestTenant) =>
      (t.bus.get(RpcClient) as unknown as FakeRegistry).suspended.get(tenant.id);
    const dun = async (from: number, to: number): Promise<void> => {
      for (let day = from; day <= to; day++) {
        at(`${daysAfter(dueOn!, day)}T12:00:00Z`);
        await t.bus.runSchedule('billing.dunning');
      }
    };
    const news = async (): Promise<string[]> =>
      (await t.outbox())
        .filter(({ type, tenantId }) => type === 'OrganizationDunningChanged' && tenantId === t.b.id)
        .map(({ step }) => step as string);
    const tell = async (step: string): Promise<void> => {
      const event = new OrganizationDunningChanged({ organizationId: bench.organizationId, step });
      await t.bus.deliver({ event, tenantId: t.b.id });
    };
    await dun(0, 27);
    expect(await restricted()).toEqual([false, false]);
    await dun(28, 35);
    expect(await restricted()).toEqual([true, true]);
    await tell('suspended');
    expect(suspended(t.b)).toBe(true);
    expect(await news()).toEqual(['reminder_1', 'reminder_2', 'reminder_3', 'restricted', 'suspended']);
    await expect(billing(null)).rejects.toBeFault('conflict');
    await t.bus.call(payInvoice, { tenantId: t.a.id, invoiceId }, staff());
    expect(await restricted()).toEqual([false, false]);
    expect((await news()).at(-1)).toBe('none');
    await tell('none');
    expect(suspended(t.b)).toBe(false);
  });

  it('keeps a tenant restricted that has not paid an invoice of its own, when its payer has', async () => {
    await billing(null);
    at('2026-01-10T00:00:00Z');
    await open(t, t.b.id, '2026-01-01', '2026-01-02');
    await billing(t.a.id);
    for (const tenant of [t.a, t.b])
      await t.database.admin(`insert into billing.dunning values ($1, 4, '2026-02-21', now())`, [tenant.id]);
    await t.database.admin('update billing.subscription set restricted_since = now()');
    at('2026-02-25T12:00:00Z');
    await t.bus.runSchedule('billing.dunning'); // A owes nothing any more
    const restricted = await Promise.all(
      [t.a, t.b].map(async (one) => (await one.call(getSubscription, {})).restrictedSince != null),
    );
    expect(restricted).toEqual([false, true]);
  });

  it('is taken back with its parts, whose days can be billed again', async () => {
    await month('2026-02-02T00:00:00Z');
    const { id: invoiceId } = await whole();
    await t.bus.call(voidInvoice, { tenantId: t.a.id, invoiceId }, staff());
    expect(await partOf(t.b)).toMatchObject({ status: 'void' });
    const again = await draft(t, t.b.id, '2026-01-01', '2026-02-01');
    await t.bus.call(finalizeInvoice, { tenantId: t.b.id, invoiceId: again.id }, staff());
    const { data } = await t.bus.call(gatherOrganizationInvoices, { organizationId: bench.organizationId }, staff());
    expect(data).toMatchObject([{ number: 2n, total: '62.00', status: 'open' }]);
    expect(
      (await t.bus.call(gatherOrganizationInvoices, { organizationId: bench.organizationId }, staff())).data,
    ).toEqual([]);
  });

  it('gathers what waits before somebody else pays, and refuses drafts that were drawn up for another payer', async () => {
    at('2026-02-02T00:00:00Z');
    const waiting = await draft(t, t.b.id, '2026-01-01', '2026-01-11');
    await t.bus.call(finalizeInvoice, { tenantId: t.b.id, invoiceId: waiting.id }, staff());
    const late = await draft(t, t.b.id, '2026-01-11', '2026-01-21');
    expect(await billing(null)).toMatchObject({ payingTenantId: null });
    expect(await wholes()).toMatchObject([{ number: 1n, total: '20.00' }]);
    const finalize = t.bus.call(finalizeInvoice, { tenantId: t.b.id, invoiceId: late.id }, staff());
    await expect(finalize).rejects.toBeFault('conflict');
    expect(await open(t, t.b.id, '2026-01-21', '2026-02-01')).toMatchObject({
      status: 'open',
      number: 1n,
      partOf: null,
    });
  });

  it('is a setting of staff: for organizations with tenants, and tenants of theirs', async () => {
    expect(await t.bus.call(getOrganizationBilling, { organizationId: bench.organizationId }, staff())).toMatchObject({
      payingTenantId: t.a.id,
    });
    const stranger = newId();
    t.bus.announce(stranger, { organizationId: newId() });
    const sandbox = newId();
    t.bus.announce(sandbox, { organizationId: bench.organizationId, sandboxOf: t.a.id });
    for (const payer of [stranger, sandbox, newId()])
      await expect(billing(payer)).rejects.toBeFault('invalid-input', { field: 'payingTenantId' });
    await expect(billing(t.a.id, newId())).rejects.toBeFault('not-found');
    await expect(
      t.a.call(setOrganizationBilling, { organizationId: bench.organizationId, payingTenantId: t.a.id }),
    ).rejects.toThrow();
    await billing(t.b.id);
    const set = (await t.outbox())
      .filter(({ type }) => type === 'OrganizationBillingSet')
      .map(({ tenantId }) => tenantId);
    expect(set.slice(-2)).toEqual([t.a.id, t.b.id]);
  });

  it('has numbers without gaps when many gather at once', async () => {
    at('2026-02-02T00:00:00Z');
    for (let day = 1; day <= 5; day++) {
      const { id: invoiceId } = await draft(t, t.b.id, `2026-01-0${day}`, `2026-01-0${day + 1}`);
      await t.bus.call(finalizeInvoice, { tenantId: t.b.id, invoiceId }, staff());
      const gather = () => t.bus.call(gatherOrganizationInvoices, { organizationId: bench.organizationId }, staff());
      await Promise.all([gather(), gather(), gather()]);
    }
    expect((await wholes()).map(({ number }) => number)).toEqual([1n, 2n, 3n, 4n, 5n]);
  });
});
