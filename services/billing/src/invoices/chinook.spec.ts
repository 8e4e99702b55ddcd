import { existsSync, readFileSync } from 'node:fs';
import { finalizeInvoice } from '@tenantry/contracts';
import { billingOnRealPostgres, staff } from '../billing.fixture.js';
import { meterOf, record, usage } from '../usage/usage.fixture.js';
import { draft, sell, SetClock } from './invoices.fixture.js';

/** Five years of sales of a music shop, when the real rows are beside the repository. */
const FILE = new URL('../../../../../shared/data/chinook/chinook.json', import.meta.url);

interface Sale {
  readonly InvoiceId: number;
  readonly InvoiceDate: string;
  readonly Total: number;
}
interface Source {
  readonly Invoice: readonly Sale[];
  readonly InvoiceLine: readonly { InvoiceLineId: number; InvoiceId: number; UnitPrice: number; Quantity: number }[];
}

const monthOf = ({ InvoiceDate }: Sale): string => InvoiceDate.slice(0, 7);
const monthAfter = (month: string): string => {
  const [year, number] = month.split('-').map(Number);
  return new Date(Date.UTC(year!, number!, 1)).toISOString().slice(0, 10);
};

(existsSync(FILE) ? describe : describe.skip)('Five years of sales, billed month by month', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });

  it('come to what the shop’s own invoices do, to the cent, under numbers without gaps', async () => {
    const { Invoice: sales, InvoiceLine: lines } = JSON.parse(readFileSync(FILE, 'utf8')) as Source;
    const linesOf = Map.groupBy(lines, ({ InvoiceId }) => InvoiceId);
    const months = [...Map.groupBy(sales, monthOf)].toSorted(([x], [y]) => (x < y ? -1 : 1));
    clock.at = new Date(`${months[0]![0]}-01T00:00:00Z`);
    await sell(t, t.a.id, { unitPrices: { audio: '0.99', video: '1.99' } });
    await meterOf(t.a, { key: 'audio' });
    await meterOf(t.a, { key: 'video' });
    const meters = new Map([
      [0.99, 'audio'],
      [1.99, 'video'],
    ]);
    const billed: unknown[] = [];
    for (const [month, sold] of months) {
      const end = monthAfter(month);
      clock.at = new Date(`${end}T00:00:00Z`);
      const events = sold.flatMap(({ InvoiceId, InvoiceDate }) =>
        (linesOf.get(InvoiceId) ?? []).map(({ InvoiceLineId, UnitPrice, Quantity: value }) => {
          const time = new Date(`${InvoiceDate}Z`);
          return usage(`${InvoiceLineId}`, { meter: meters.get(UnitPrice)!, time, value });
        }),
      );
      await record(t.a, ...events);
      const { id: invoiceId } = await draft(t, t.a.id, `${month}-01`, end);
      const invoice = await t.bus.call(finalizeInvoice, { tenantId: t.a.id, invoiceId }, staff());
      billed.push([month, Number(invoice.number), invoice.total]);
    }
    const cents = (sold: readonly Sale[]): number => sold.reduce((sum, { Total }) => sum + Math.round(Total * 100), 0);
    const expected = months.map(([month, sold], index) => [month, index + 1, (cents(sold) / 100).toFixed(2)]);
    expect(billed).toEqual(expected);
    expect(await t.a.count('billing.usage_event')).toBe(lines.length);
  });
});
