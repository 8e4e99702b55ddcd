import {
  creditInvoice,
  finalizeInvoice,
  getInvoice,
  markInvoiceUncollectible,
  payInvoice,
  voidInvoice,
  type Invoice,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { billingOnRealPostgres, staff } from '../billing.fixture.js';
import { draft, open, sell, SetClock } from './invoices.fixture.js';

const dayOf = (day: number): string => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);

type Ending = typeof payInvoice | typeof voidInvoice | typeof markInvoiceUncollectible;

describe('An invoice', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(async () => {
    clock.at = new Date('2026-01-01T00:00:00Z');
    await sell(t, t.a.id, { price: '310.00' });
    await sell(t, t.b.id, { price: '310.00' });
  });
  const finalize = (tenantId: string, invoiceId: string): Promise<Invoice> =>
    t.bus.call(finalizeInvoice, { tenantId, invoiceId }, staff());
  const end = (operation: Ending, { id: invoiceId }: Invoice): Promise<Invoice> =>
    t.bus.call(operation, { tenantId: t.a.id, invoiceId }, staff());
  const credit = ({ id: invoiceId }: Invoice, amount: string): Promise<Invoice> =>
    t.bus.call(creditInvoice, { tenantId: t.a.id, invoiceId, amount, reason: 'goodwill' }, staff());
  const day = (at = 0): Promise<Invoice> => open(t, t.a.id, dayOf(at), dayOf(at + 1));
  const typesSince = async (before: number): Promise<string[]> =>
    (await t.outbox()).slice(before).map(({ type }) => type);

  it('has the next number of its tenant, without gaps, when many become final at once and some are refused', async () => {
    const drafts: Invoice[] = [];
    for (let at = 0; at < 20; at++) drafts.push(await draft(t, t.a.id, dayOf(at), dayOf(at + 1)));
    const twice = [...drafts, ...drafts].map(({ id }) => finalize(t.a.id, id));
    const asked = await Promise.allSettled(twice);
    const numbers = asked.flatMap((one) => (one.status === 'fulfilled' ? [Number(one.value.number)] : []));
    expect(numbers.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await open(t, t.b.id, dayOf(0), dayOf(1))).toMatchObject({ number: 1n });
  });

  it('is announced with its number and total in the commit that opens it', async () => {
    const invoice = await day();
    expect(invoice).toMatchObject({ status: 'open', number: 1n, total: '10.00', due: '10.00' });
    expect((await t.outbox()).at(-1)).toMatchObject({
      type: 'InvoiceOpened',
      tenantId: t.a.id,
      invoiceId: invoice.id,
      number: '1',
      total: '10.00',
      changes: [{ action: 'update', old: { status: 'draft', number: null }, new: { status: 'open', number: '1' } }],
    });
  });

  it('is paid, taken back or given up once, from the states that allow it', async () => {
    const [paid, voided, lost] = [await day(0), await day(1), await day(2)];
    const before = (await t.outbox()).length;
    expect(await end(payInvoice, paid)).toMatchObject({ status: 'paid', due: '0.00', closedAt: clock.at });
    expect(await end(voidInvoice, voided)).toMatchObject({ status: 'void', due: '0.00', number: 2n });
    expect(await end(markInvoiceUncollectible, lost)).toMatchObject({ status: 'uncollectible', due: '10.00' });
    for (const operation of [voidInvoice, markInvoiceUncollectible, payInvoice])
      await expect(end(operation, paid)).rejects.toBeFault('conflict');
    for (const operation of [voidInvoice, markInvoiceUncollectible, payInvoice])
      await expect(end(operation, voided)).rejects.toBeFault('conflict');
    expect(await end(payInvoice, lost)).toMatchObject({ status: 'paid' });
    const types = ['InvoicePaid', 'InvoiceVoided', 'InvoiceMarkedUncollectible', 'InvoicePaid'];
    expect(await typesSince(before)).toEqual(types);
  });

  it('that is a draft is neither paid nor given up nor credited', async () => {
    const one = await draft(t, t.a.id, dayOf(0), dayOf(1));
    await expect(end(payInvoice, one)).rejects.toBeFault('conflict');
    await expect(end(markInvoiceUncollectible, one)).rejects.toBeFault('conflict');
    await expect(credit(one, '1.00')).rejects.toBeFault('conflict');
    expect(await end(voidInvoice, one)).toMatchObject({ status: 'void', number: null });
  });

  it('gives credit notes no more than it has, however many ask at once, each with a number', async () => {
    const invoice = await day();
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => credit(invoice, '3.00')));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const seen = await t.a.call(getInvoice, { invoiceId: invoice.id });
    expect(seen).toMatchObject({ total: '10.00', credited: '9.00', due: '1.00', lines: invoice.lines });
    expect(seen.creditNotes.map(({ number, amount }) => [number, amount])).toEqual([
      [1n, '3.00'],
      [2n, '3.00'],
      [3n, '3.00'],
    ]);
    await expect(credit(invoice, '1.01')).rejects.toBeFault('invalid-input', { field: 'amount' });
    for (const amount of ['0', '-1.00', '0.001', 'x'])
      await expect(credit(invoice, amount)).rejects.toBeFault('invalid-input', { field: 'amount' });
    await expect(end(voidInvoice, invoice)).rejects.toBeFault('conflict');
    expect((await t.outbox()).at(-1)).toMatchObject({
      type: 'CreditNoteIssued',
      tenantId: t.a.id,
      amount: '3.00',
      changes: [
        { resource: 'invoice', old: { credited: '6.00' }, new: { credited: '9.00' } },
        { resource: 'credit_note', action: 'insert', new: { invoiceId: invoice.id, reason: 'goodwill' } },
      ],
    });
  });

  it('is not found under another tenant, nor when there is none, and nothing changes', async () => {
    const { id: invoiceId } = await draft(t, t.a.id, dayOf(0), dayOf(1));
    await expect(finalize(t.b.id, invoiceId)).rejects.toBeFault('not-found');
    await expect(finalize(t.a.id, newId())).rejects.toBeFault('not-found');
    await expect(finalize(newId(), invoiceId)).rejects.toBeFault('not-found');
    expect(await finalize(t.a.id, invoiceId)).toMatchObject({ number: 1n });
  });

  it('says for good what it said: the roles that write it may not change or remove lines, totals or days', async () => {
    await day();
    for (const statement of [
      'update billing.invoice set total_nanos = 0',
      'update billing.invoice set starts_on = starts_on - 1',
      'delete from billing.invoice',
      'update billing.invoice_line set amount_nanos = 0',
      'delete from billing.invoice_line',
      'delete from billing.credit_note',
    ])
      for (const role of ['billing_invoices', 'billing_service'])
        await expect(t.database.admin(`do $$ begin set local role ${role}; ${statement}; end $$`)).rejects.toThrow(
          'permission denied',
        );
  });
});
