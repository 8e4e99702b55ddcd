import {
  collectOrganizationInvoice,
  exportInvoiceLines,
  getBillingOverview,
  getInvoice,
  getOrganizationInvoice,
  getOrganizationInvoiceDocument,
  listInvoices,
  listLineUsage,
  listOrganizationInvoices,
  listPayments,
  setTenantTax,
  traceUsageEvent,
  type Operation,
} from '@tenantry/contracts';
import { testContext, type TestTenant } from '@tenantry/testing';
import { staff } from '../billing.fixture.js';
import { open, sell } from '../invoices/invoices.fixture.js';
import { addCard } from '../payments/payments.fixture.js';
import { record, usage } from '../usage/usage.fixture.js';
import { OrganizationBench } from './organizations.fixture.js';

const returnUrl = 'https://app.example.com/';

describe('An organization that is billed as one', () => {
  const bench = new OrganizationBench();
  const { t } = bench;
  const at = (time: string): Date => bench.at(time);
  const billing = (payer: string | null, id?: string) => bench.billing(payer, id);
  const month = (time: string) => bench.month(time);
  const wholes = (tenant?: TestTenant) => bench.wholes(tenant);
  const whole = () => bench.whole();
  const partOf = (tenant: TestTenant) => bench.partOf(tenant);

  it('gets one invoice with the lines of all its tenants, which name them, under numbers of its own', async () => {
    await billing(null);
    await open(t, t.a.id, '2025-12-01', '2025-12-02'); // the payer's own number 1
    await billing(t.a.id);
    at('2026-01-20T00:00:00Z');
    await record(t.b, usage('1', { meter: 'calls', value: 8 }));
    await month('2026-02-02T00:00:00Z');
    await month('2026-03-02T00:00:00Z');
    expect(await wholes()).toMatchObject([
      {
        number: 1n,
        from: '2026-01-01',
        to: '2026-02-01',
        total: '97.00',
        status: 'open',
        organizationId: bench.organizationId,
      },
      { number: 2n, from: '2026-02-01', to: '2026-03-01', total: '93.00', tenantId: t.a.id },
    ]);
    const first = await t.bus.call(getOrganizationInvoice, { invoiceId: (await wholes())[0]!.id }, testContext(t.a.id));
    const said = first.lines.map(({ forTenantName, kind, meterKey, amount }) => [
      forTenantName,
      kind,
      meterKey,
      amount,
    ]);
    expect(said).toEqual([
      ['Ada Ltd', 'base', null, '31.00'],
      ['Bob Ltd', 'base', null, '62.00'],
      ['Bob Ltd', 'usage', 'calls', '4.00'],
    ]);
    expect(first.customer).toMatchObject({ name: 'Ada Ltd' });
    const asked = JSON.stringify({ invoiceId: first.id });
    const ctx = testContext(t.a.id);
    const { payload } = await t.bus.send(getOrganizationInvoiceDocument as Operation, asked, ctx);
    expect(Buffer.from(payload).toString()).toContain('Bob Ltd: Usage of calls');
  });

  it('shows each tenant its own part, down to the usage behind a line and back, and nothing of another’s', async () => {
    at('2026-01-20T00:00:00Z');
    await record(t.b, usage('1', { meter: 'calls', value: 8 }));
    await month('2026-02-02T00:00:00Z');
    const [ofA, ofB, all] = [await partOf(t.a), await partOf(t.b), await whole()];
    expect(ofA).toMatchObject({ status: 'gathered', total: '31.00', number: null, gatheredIn: all.id });
    expect(ofB).toMatchObject({ status: 'gathered', total: '66.00', partOf: bench.organizationId, due: '0.00' });
    const line = ofB.lines.find(({ kind }) => kind === 'usage')!;
    expect(all.lines.map(({ id }) => id)).toContain(line.id);
    const { data } = await t.b.call(listLineUsage, { invoiceId: ofB.id, lineId: line.id });
    expect(data).toMatchObject([{ quantity: '8' }]);
    const { type, id } = data[0]!.event!;
    expect(await t.b.call(traceUsageEvent, { type, id })).toMatchObject({ lines: [{ invoiceId: ofB.id }] });
    const names = [{ invoiceId: ofB.id }, { invoiceId: all.id }];
    for (const name of names) await expect(t.a.call(getInvoice, name)).rejects.toBeFault('not-found');
    for (const name of [{ invoiceId: ofA.id }, { invoiceId: all.id }])
      await expect(t.b.call(getInvoice, name)).rejects.toBeFault('not-found');
    for (const { invoiceId } of names)
      await expect(t.a.call(listLineUsage, { invoiceId, lineId: line.id })).rejects.toBeFault('not-found');
  });

  it('is shown to who may see what other tenants are charged, in the tenant that pays, and to nobody else', async () => {
    await month('2026-02-02T00:00:00Z');
    const { id: invoiceId } = await whole();
    const others = { permissions: ['invoices.*', 'payments.*', 'audit.*'] };
    for (const operation of [
      listOrganizationInvoices,
      getOrganizationInvoice,
      collectOrganizationInvoice,
    ] as Operation[])
      await expect(t.a.call(operation, { invoiceId, returnUrl } as never, others)).rejects.toBeFault('forbidden');
    expect(await wholes(t.b)).toEqual([]);
    await expect(t.b.call(getOrganizationInvoice, { invoiceId })).rejects.toBeFault('not-found');
    await expect(t.b.call(collectOrganizationInvoice, { invoiceId, returnUrl })).rejects.toBeFault('not-found');
    const { id: partId } = await partOf(t.a);
    await expect(t.a.call(getOrganizationInvoice, { invoiceId: partId })).rejects.toBeFault('not-found');
  });

  it('is in nothing else that the paying tenant sees: lists, exports, debts, payments', async () => {
    await addCard(t.a);
    await month('2026-02-02T00:00:00Z');
    const { id: invoiceId } = await whole();
    expect((await t.a.call(listInvoices, {})).data.map(({ status }) => status)).toEqual(['gathered']);
    expect(await t.a.call(getBillingOverview, {})).toMatchObject({ due: '0.00', billedUntil: '2026-02-01' });
    const { body } = await t.bus.send(exportInvoiceLines as Operation, '{}', testContext(t.a.id));
    const csv = Buffer.concat(await Array.fromAsync(body!)).toString();
    expect(csv.trim().split('\n')).toHaveLength(2);
    expect(csv).not.toContain('62.00');
    await t.bus.call(collectOrganizationInvoice, { invoiceId, returnUrl }, testContext(t.a.id));
    expect((await t.a.call(listPayments, {})).data).toEqual([]);
    for (const table of ['invoice', 'invoice_line', 'credit_note', 'payment']) {
      const [seen] = await t.database.admin<{ qual: string }>(
        `select qual from pg_policies where schemaname = 'billing' and tablename = $1 and policyname = 'wholes' and permissive = 'RESTRICTIVE'`,
        [table],
      );
      expect([table, seen === undefined]).toEqual([table, false]);
    }
  });

  it('is collected by itself and once, by the card of the tenant that pays', async () => {
    await addCard(t.a);
    await month('2026-02-02T00:00:00Z');
    at('2026-02-02T01:00:00Z');
    for (let time = 0; time < 2; time++) await t.bus.runSchedule('billing.collect-invoices');
    expect(await whole()).toMatchObject({ status: 'paid', total: '93.00' });
    const payments = await t.database.admin<{ tenant_id: string; amount_nanos: string }>(
      `select tenant_id, amount_nanos from billing.payment where invoice_id = $1`,
      [(await whole()).id],
    );
    expect(payments).toMatchObject([{ tenant_id: t.a.id }]);
    expect(Number(payments[0]!.amount_nanos)).toBe(93e9);
  });

  it('is taxed once, by the terms of the tenant that pays', async () => {
    await t.bus.call(setTenantTax, { tenantId: t.a.id, ratePercent: '10' }, staff());
    await t.bus.call(setTenantTax, { tenantId: t.b.id, ratePercent: '50' }, staff());
    await month('2026-02-02T00:00:00Z');
    expect(await whole()).toMatchObject({ subtotal: '93.00', tax: '9.30', total: '102.30', taxRatePercent: '10.00' });
    expect(await partOf(t.b)).toMatchObject({ tax: '0.00', total: '62.00' });
  });

  it('is listed a page at a time, and a cursor is worth nothing to another tenant', async () => {
    for (const time of ['2026-02-02', '2026-03-02']) await month(`${time}T00:00:00Z`);
    const page = (tenant: TestTenant, cursor?: string) =>
      t.bus.call(listOrganizationInvoices, { limit: 1, cursor }, testContext(tenant.id));
    const first = await page(t.a);
    const second = await page(t.a, first.nextCursor!);
    expect([first, second].map(({ data }) => data.length)).toEqual([1, 1]);
    expect(second).toMatchObject({ nextCursor: null });
    expect(second.data[0]!.id).not.toBe(first.data[0]!.id);
    await expect(page(t.b, first.nextCursor!)).rejects.toBeFault('invalid-cursor');
  });

  it('becomes one invoice for each currency', async () => {
    await sell(t, t.b.id, { price: '62.00', currency: 'EUR' });
    await month('2026-02-02T00:00:00Z');
    const said = (await wholes()).map(({ currency, total }) => `${total} ${currency}`).toSorted();
    expect(said).toEqual(['31.00 USD', '62.00 EUR']);
  });
});
