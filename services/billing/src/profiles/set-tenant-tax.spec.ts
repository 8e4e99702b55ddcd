import {
  creditInvoice,
  getBillingProfile,
  getTenantBillingProfile,
  setBillingContact,
  setTenantTax,
  type SetTenantTaxRequest,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { billingOnRealPostgres, staff } from '../billing.fixture.js';
import { draft, open, sell, SetClock } from '../invoices/invoices.fixture.js';

describe('What invoices say about a tenant', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(() => (clock.at = new Date('2026-02-01T00:00:00Z')));
  const tax = (terms: Partial<SetTenantTaxRequest>, tenantId = t.a.id) =>
    t.bus.call(setTenantTax, { tenantId, ...terms }, staff());
  const contact = { name: 'Ada Ltd', address: '1 Loop\nBerlin', email: 'pay@example.com' };

  it('is no tax and 14 days until staff say otherwise, and the tenant’s own name until it gives another', async () => {
    expect(await t.a.call(getBillingProfile, {})).toEqual({
      tenantId: t.a.id,
      contact: null,
      tax: { name: 'VAT', ratePercent: '0.00', reverseCharge: false, taxId: null },
      dueDays: 14,
      automaticCollection: true,
    });
    await t.a.call(setBillingContact, contact);
    await tax({ name: 'USt', ratePercent: '8.125', taxId: ' DE1 ', dueDays: 30 });
    expect(await t.a.call(getBillingProfile, {})).toEqual({
      tenantId: t.a.id,
      contact,
      tax: { name: 'USt', ratePercent: '8.125', reverseCharge: false, taxId: 'DE1' },
      dueDays: 30,
      automaticCollection: true,
    });
    expect(await t.b.call(getBillingProfile, {})).toMatchObject({ contact: null, dueDays: 14 });
    const seen = await t.bus.call(getTenantBillingProfile, { tenantId: t.a.id }, staff());
    expect(seen).toEqual(await t.a.call(getBillingProfile, {}));
  });

  it('is kept by each invoice as it was, with a tax that is rounded once', async () => {
    await sell(t, t.a.id, { price: '99.99' });
    await tax({ ratePercent: '19' });
    await t.a.call(setBillingContact, contact);
    const invoice = await open(t, t.a.id, '2026-02-01', '2026-03-01');
    expect(invoice).toMatchObject({ subtotal: '99.99', tax: '19.00', total: '118.99', dueOn: '2026-02-15' });
    expect(invoice.lines.at(-1)).toMatchObject({ kind: 'tax', quantity: '19.00', unitPrice: '99.99', amount: '19.00' });
    expect(invoice).toMatchObject({ customer: { name: 'Ada Ltd', taxId: null }, seller: { name: 'Tenantry' } });
    await tax({ ratePercent: '7', dueDays: 3 });
    await t.a.call(setBillingContact, { ...contact, name: 'Bob Ltd' });
    const credited = await t.bus.call(
      creditInvoice,
      { tenantId: t.a.id, invoiceId: invoice.id, amount: '0.01', reason: 'x' },
      staff(),
    );
    expect(credited).toMatchObject({ tax: '19.00', taxRatePercent: '19.00', customer: { name: 'Ada Ltd' } });
    const next = await draft(t, t.a.id, '2026-03-01', '2026-04-01');
    expect(next).toMatchObject({ tax: '7.00', dueDays: 3, dueOn: null, customer: { name: 'Bob Ltd' } });
  });

  it('taxes credit notes like the invoice, so that all of it taken back takes all its tax back', async () => {
    await sell(t, t.a.id, { price: '10.00' });
    await tax({ ratePercent: '19' });
    const { id: invoiceId } = await open(t, t.a.id, '2026-02-01', '2026-03-01'); // 11.90, of which 1.90
    const taxes: string[] = [];
    for (const amount of ['0.02', '0.02', '0.03', '5.83', '6.00']) {
      const wish = { tenantId: t.a.id, invoiceId, amount, reason: 'x' };
      taxes.push((await t.bus.call(creditInvoice, wish, staff())).creditNotes.at(-1)!.tax);
    }
    expect(taxes).toEqual(['0.00', '0.01', '0.00', '0.93', '0.96']);
    expect(taxes.reduce((sum, one) => sum + Math.round(Number(one) * 100), 0)).toBe(190);
  });

  it('says that the recipient owes the tax, with its tax id and without a rate', async () => {
    await sell(t, t.a.id, { price: '10.00' });
    await tax({ reverseCharge: true, taxId: 'ATU1' });
    const invoice = await draft(t, t.a.id, '2026-02-01', '2026-03-01');
    expect(invoice).toMatchObject({ reverseCharge: true, tax: '0.00', total: '10.00', customer: { taxId: 'ATU1' } });
    expect(invoice.lines.map(({ kind }) => kind)).toEqual(['base']);
  });

  it.each([
    ['ratePercent', { ratePercent: '100.0001' }],
    ['ratePercent', { ratePercent: '19', reverseCharge: true, taxId: 'ATU1' }],
    ['taxId', { reverseCharge: true }],
    ['taxId', { reverseCharge: true, taxId: '  ' }],
    ['ratePercent', { ratePercent: '1.00001' }],
    ['dueDays', { dueDays: 366 }],
  ])('refuses terms that contradict themselves, naming %s', async (field, terms) => {
    await expect(tax(terms)).rejects.toBeFault('invalid-input', { field });
  });

  it('is announced in the tenant’s trail: tax with its values, the contact without, for it is about a person', async () => {
    await tax({ ratePercent: '19' });
    await t.a.call(setBillingContact, contact);
    const [taxed, said] = await t.outbox();
    expect(taxed).toMatchObject({
      type: 'TaxTermsSet',
      tenantId: t.a.id,
      changes: [{ new: { ratePercent: '19.00' } }],
    });
    expect(said).toMatchObject({ type: 'BillingContactSet', tenantId: t.a.id, changes: [{ action: 'insert' }] });
    expect(JSON.stringify(said)).not.toMatch(/Ada|Loop|pay@/);
  });

  it('is the contact’s part set by its tenant alone, and the tax’s part by staff alone', async () => {
    await expect(t.b.call(setTenantTax, { tenantId: t.a.id, ratePercent: '0' })).rejects.toThrow();
    await expect(t.a.call(setTenantTax, { tenantId: t.a.id, ratePercent: '0' })).rejects.toThrow();
    await expect(tax({}, newId())).rejects.toBeFault('not-found');
    const reader = { permissions: ['invoices.read'] };
    await expect(t.a.call(setBillingContact, contact, reader)).rejects.toBeFault('forbidden');
    for (const blank of ['name', 'address'])
      await expect(t.a.call(setBillingContact, { ...contact, [blank]: ' ' })).rejects.toBeFault('invalid-input');
    for (const role of ['billing_service'])
      await expect(
        t.database.admin(`do $$ begin set local role ${role}; update billing.tax_terms set rate_ppm = 0; end $$`),
      ).rejects.toThrow('permission denied');
  });
});
