import {
  BudgetThresholdReached,
  DunningStepReached,
  InvoiceOpened,
  payInvoice,
  setBillingContact,
} from '@tenantry/contracts';
import { Mailer } from '@tenantry/service';
import { billingOnRealPostgres, staff, type KeptMailer } from '../billing.fixture.js';
import { STEPS } from '../dunning/dunning.js';
import { open, sell } from '../invoices/invoices.fixture.js';

describe('What people are told by mail', () => {
  const t = billingOnRealPostgres();
  const mails = () => (t.bus.get(Mailer) as KeptMailer).sent;
  beforeEach(async () => {
    mails().length = 0;
    for (const [tenant, name] of [
      [t.a, 'Ada Ltd'],
      [t.b, 'Bob Ltd'],
    ] as const) {
      t.bus.announce(tenant.id, { name });
      await tenant.call(setBillingContact, { name, address: 'x', email: `${name.slice(0, 3)}@example.com` });
    }
  });
  const tell = (event: object, tenantId = t.a.id) => t.bus.deliver({ event, tenantId });
  const step = (name: string) =>
    new DunningStepReached({
      ...{
        step: name,
        invoiceId: t.a.id,
        number: 7n,
        due: '28.00',
        currency: 'USD',
        dueOn: '2026-03-15',
        daysPastDue: 21,
      },
    });

  it('is each step of the ladder, once, to the tenant’s own contact', async () => {
    for (const name of STEPS) await tell(step(name));
    expect(mails().map(({ to }) => to)).toEqual(STEPS.map(() => 'Ada@example.com'));
    expect(mails()[2]).toMatchObject({ subject: 'Ada Ltd: invoice 7 is not paid' });
    for (const said of ['28.00 USD', '2026-03-15', '21 days ago', 'switched off'])
      expect(mails()[2]!.text).toContain(said);
    expect(new Set(mails().map(({ text }) => text)).size).toBe(STEPS.length);
  });

  it('is each alert of a budget', async () => {
    const budget = { budgetId: t.b.id, name: 'Agents', percent: 80, spent: '8.00', limit: '10.00', currency: 'EUR' };
    await tell(new BudgetThresholdReached({ ...budget, periodStartsAt: '2026-03-01T00:00:00.000Z' }), t.b.id);
    expect(mails()).toEqual([
      {
        to: 'Bob@example.com',
        tenantId: t.b.id,
        subject: 'Bob Ltd: 80 % of a budget is spent',
        text: 'The budget “Agents” of Bob Ltd has reached 80 %: 8.00 of 10.00 EUR are spent in this period.\n',
      },
    ]);
  });

  it('is a new invoice with its due date, but not one that is paid by then', async () => {
    await sell(t, t.a.id, { price: '10.00' });
    const { id: invoiceId, number, dueOn, from, to } = await open(t, t.a.id, '2040-01-01', '2040-02-01');
    expect([from, to]).toEqual(['2040-01-01', '2040-02-01']);
    const opened = new InvoiceOpened({ invoiceId, number: number!, total: '10.00', currency: 'USD' });
    await tell(opened);
    expect(mails()).toMatchObject([{ subject: 'Ada Ltd: invoice 1', text: expect.stringContaining(`by ${dueOn}`) }]);
    await t.bus.call(payInvoice, { tenantId: t.a.id, invoiceId }, staff());
    await tell(opened);
    expect(mails()).toHaveLength(1);
  });

  it('is nothing for a tenant that named no contact', async () => {
    await t.database.admin('delete from billing.contact where tenant_id = $1', [t.a.id]);
    await tell(step('reminder_1'));
    expect(mails()).toEqual([]);
  });
});
