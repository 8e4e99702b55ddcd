import { createHash } from 'node:crypto';
import {
  creditInvoice,
  getInvoiceDocument,
  getTenantInvoiceDocument,
  setBillingContact,
  setTenantTax,
  type Operation,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { billingOnRealPostgres, staff } from '../billing.fixture.js';
import { draft, open, sell, SetClock } from './invoices.fixture.js';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='a()'> & Sons`;

describe('A printed invoice', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(async () => {
    clock.at = new Date('2026-02-01T00:00:00Z');
    await sell(t, t.a.id, { name: `${newId()}${HOSTILE}`.slice(0, 80), price: '100.00' });
  });
  const print = async (invoiceId: string, tenantId = t.a.id) => {
    const { fault, headers, payload } = await t.bus.send(
      getInvoiceDocument as Operation,
      JSON.stringify({ invoiceId }),
      testContext(tenantId),
    );
    return { reason: fault?.reason, headers, page: Buffer.from(payload ?? []).toString() };
  };

  it('says what the invoice says: parties, days, prices, tax, credit notes and what is to be paid', async () => {
    await t.a.call(setBillingContact, { name: 'Ada Ltd', address: '1 Loop\n10115 Berlin', email: 'pay@example.com' });
    await t.bus.call(setTenantTax, { tenantId: t.a.id, ratePercent: '19', taxId: 'DE123' }, staff());
    const { id: invoiceId } = await open(t, t.a.id, '2026-02-01', '2026-03-01');
    const credit = { tenantId: t.a.id, invoiceId, amount: '19.00', reason: 'An hour of silence' };
    await t.bus.call(creditInvoice, credit, staff());
    const { page } = await print(invoiceId);
    for (const said of [
      ...['Invoice 1', 'Tenantry', 'Ada Ltd', '1 Loop\n10115 Berlin', 'Tax id DE123', 'Due on 2026-02-15'],
      ...['2026-02-01 to 2026-02-28', '28 days', '100.00', 'VAT 19.00 %', '19.00 USD', '119.00 USD'],
      ...['Credit note 1: An hour of silence', 'To be paid: 100.00 USD'],
    ])
      expect(page).toContain(said);
    expect(page).not.toContain('TEST');
  });

  it('runs, loads and frames nothing, whatever tenants and staff wrote into it', async () => {
    await t.a.call(setBillingContact, { name: HOSTILE, address: HOSTILE, email: 'pay@example.com' });
    const { id: invoiceId } = await open(t, t.a.id, '2026-02-01', '2026-03-01');
    await t.bus.call(creditInvoice, { tenantId: t.a.id, invoiceId, amount: '1.00', reason: HOSTILE }, staff());
    const { page, headers } = await print(invoiceId);
    expect(page.match(/&lt;script&gt;alert\(1\)&lt;\/script&gt;/g)!.length).toBeGreaterThanOrEqual(3);
    expect(page).not.toMatch(/<(script|img|a|link|iframe|object|form)\b|\son\w+\s*=\s*["']?\w|javascript:|url\(/);
    const [, style] = /<style>([\s\S]*)<\/style>/.exec(page)!;
    const hash = createHash('sha256').update(style!).digest('base64');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringContaining(`default-src 'none'; style-src 'sha256-${hash}'`),
    });
    expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`);
  });

  it('names reverse charge, and says when it is only a test', async () => {
    t.bus.announce(t.a.id, { sandboxOf: t.b.id });
    const terms = { tenantId: t.a.id, reverseCharge: true, taxId: 'ATU1' };
    await t.bus.call(setTenantTax, terms, staff());
    const { page } = await print((await open(t, t.a.id, '2026-02-01', '2026-03-01')).id);
    expect(page).toContain('Reverse charge');
    expect(page).toContain('TEST: nothing is to be paid');
  });

  it('is its tenant’s alone; a draft is staff’s alone', async () => {
    const final = await open(t, t.a.id, '2026-02-01', '2026-03-01');
    expect((await print(final.id, t.b.id)).reason).toBe('not-found');
    const { id: invoiceId } = await draft(t, t.a.id, '2026-03-01', '2026-04-01');
    expect((await print(invoiceId)).reason).toBe('not-found');
    const asked = JSON.stringify({ tenantId: t.a.id, invoiceId });
    const { payload } = await t.bus.send(getTenantInvoiceDocument as Operation, asked, staff());
    expect(Buffer.from(payload).toString()).toContain('Draft of an invoice');
  });
});
