import {
  correctInvoicePrices,
  createPlanVersion,
  creditInvoice,
  getInvoiceRerating,
  setTenantTax,
  type Invoice,
  type Plan,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { billingOnRealPostgres, staff } from '../billing.fixture.js';
import { meterOf, record, usage } from '../usage/usage.fixture.js';
import { draft, open, sell, SetClock } from './invoices.fixture.js';

describe('An invoice at other prices', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  let plan: Plan;
  let invoice: Invoice;
  beforeEach(async () => {
    clock.at = new Date('2026-03-01T00:00:00Z');
    await t.bus.call(setTenantTax, { tenantId: t.a.id, ratePercent: '10' }, staff());
    plan = await sell(t, t.a.id, { price: '310.00', unitPrices: { calls: '0.10', seats: '5.00' } });
    await sell(t, t.b.id, { price: '1.00' });
    await meterOf(t.a, { key: 'calls' });
    await meterOf(t.a, { key: 'seats', aggregation: 'unique', valueProperty: 'userId' });
    clock.at = new Date('2026-04-01T00:00:00Z');
    const at = { time: new Date('2026-03-10T00:00:00Z'), value: 1 };
    await record(
      t.a,
      usage('1', { meter: 'calls', ...at, value: 33.333 }),
      usage('2', { meter: 'seats', ...at, userId: 'ada' }),
    );
    invoice = await open(t, t.a.id, '2026-03-01', '2026-04-01');
  });
  const version = (price: string, unitPrices: Record<string, string>, currency = 'USD'): Promise<Plan> => {
    const rest = { usageCaps: {}, featureEntitlements: [], staticEntitlements: {}, currency };
    return t.bus.call(createPlanVersion, { planId: plan.id, price, unitPrices, ...rest }, staff());
  };
  const name = () => ({ tenantId: t.a.id, invoiceId: invoice.id, planId: plan.id });
  const rerated = (to: number) => t.bus.call(getInvoiceRerating, { ...name(), version: to }, staff());
  const correct = (to: number, more: object = {}) =>
    t.bus.call(correctInvoicePrices, { ...name(), version: to, reason: 'wrong price', ...more }, staff());

  it('is shown line by line, with tax, and changes nothing', async () => {
    expect(invoice).toMatchObject({ subtotal: '318.33', total: '350.16' }); // 310.00 + 3.33 + 5.00
    await version('279.00', { calls: '0.05' });
    const { lines, ...sums } = await rerated(2);
    expect(sums).toMatchObject({ total: '350.16', correctedTotal: '308.74', difference: '-41.42', currency: 'USD' });
    expect(
      lines.map(({ meterKey, quantity, amount, correctedUnitPrice, correctedAmount }) => [
        meterKey,
        quantity,
        amount,
        correctedUnitPrice,
        correctedAmount,
      ]),
    ).toEqual([
      [null, '31', '310.00', '279.00', '279.00'],
      ['calls', '33.333', '3.33', '0.05', '1.67'],
      ['seats', '1', '5.00', '0.00', '0.00'],
    ]);
    expect(await rerated(1)).toMatchObject({ difference: '0.00' });
    expect(await t.a.count('billing.credit_note')).toBe(0);
  });

  it('is what it comes to after a credit note over the difference, once for each version', async () => {
    await version('279.00', { calls: '0.05' });
    const tries = await Promise.allSettled([correct(2), correct(2), correct(2)]);
    const done = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(done).toHaveLength(1);
    expect(done[0]).toMatchObject({ total: '350.16', credited: '41.42', due: '308.74' });
    expect(done[0]!.creditNotes).toMatchObject([{ amount: '41.42', reratedTo: 2, reason: 'wrong price' }]);
    await version('248.00', { calls: '0.05' });
    const again = await correct(3);
    expect(again).toMatchObject({ due: '274.64', creditNotes: [{ reratedTo: 2 }, { amount: '34.10', reratedTo: 3 }] });
    await expect(correct(3)).rejects.toBeFault('conflict');
  });

  it('leaves credit notes for other things alone, and takes no more than is left', async () => {
    const { id: invoiceId } = invoice;
    const goodwill = { tenantId: t.a.id, invoiceId, amount: '300.00', reason: 'goodwill' };
    await t.bus.call(creditInvoice, goodwill, staff());
    await version('279.00', { calls: '0.10', seats: '5.00' });
    expect(await correct(2)).toMatchObject({ credited: '334.10' });
    await version('0.00', {});
    await expect(correct(3)).rejects.toBeFault('invalid-input', { field: 'amount' });
  });

  it('is not corrected upwards, nor for a plan, version or currency that is not its own, nor as a draft', async () => {
    await version('999.00', {});
    await version('1.00', {}, 'EUR');
    await expect(correct(2)).rejects.toBeFault('conflict');
    expect(await rerated(2)).toMatchObject({ difference: expect.stringMatching(/^[1-9]/) });
    await expect(correct(3)).rejects.toBeFault('invalid-input', { field: 'planId' });
    await expect(correct(9)).rejects.toBeFault('invalid-input', { field: 'version' });
    const other = await sell(t, t.b.id, { price: '1.00' });
    await expect(correct(1, { planId: other.id })).rejects.toBeFault('invalid-input', { field: 'planId' });
    await version('1.00', {});
    clock.at = new Date('2026-05-01T00:00:00Z');
    const { id: invoiceId } = await draft(t, t.a.id, '2026-04-01', '2026-05-01');
    await expect(correct(4, { invoiceId })).rejects.toBeFault('conflict');
  });

  it('is staff’s to see and correct, for a tenant that has it', async () => {
    await version('1.00', {});
    await expect(correct(2, { tenantId: t.b.id })).rejects.toBeFault('not-found');
    await expect(correct(2, { invoiceId: newId() })).rejects.toBeFault('not-found');
    await expect(t.a.call(getInvoiceRerating, { ...name(), version: 2 })).rejects.toThrow();
    await expect(t.a.call(correctInvoicePrices, { ...name(), version: 2, reason: 'x' })).rejects.toThrow();
    expect(await t.a.count('billing.credit_note')).toBe(0);
  });
});
