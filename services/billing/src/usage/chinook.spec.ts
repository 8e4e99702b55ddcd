import { existsSync, readFileSync } from 'node:fs';
import { getUsage, recordUsage, type UsageEvent } from '@tenantry/contracts';
import { Clock } from '@tenantry/kernel';
import { billingOnRealPostgres } from '../billing.fixture.js';
import { meterOf, record, usage } from './usage.fixture.js';

/** Five years of sales of a music shop, when the real rows are beside the repository. */
const FILE = new URL('../../../../../shared/data/chinook/chinook.json', import.meta.url);

interface Source {
  readonly Invoice: readonly { InvoiceId: number; CustomerId: number; InvoiceDate: string; BillingCountry: string }[];
  readonly InvoiceLine: readonly { InvoiceLineId: number; InvoiceId: number; UnitPrice: number; Quantity: number }[];
}

class SteppedClock extends Clock {
  at = new Date();
  now(): Date {
    return this.at;
  }
}

function eventsOf({ Invoice: invoices, InvoiceLine: lines }: Source): UsageEvent[] {
  const byId = new Map(invoices.map((invoice) => [invoice.InvoiceId, invoice]));
  return lines.map(({ InvoiceLineId, InvoiceId, UnitPrice, Quantity }) => {
    const { CustomerId, InvoiceDate, BillingCountry: country } = byId.get(InvoiceId)!;
    const properties = { cents: Math.round(UnitPrice * 100) * Quantity, country };
    return usage(`${InvoiceLineId}`, {
      type: 'sale',
      time: new Date(`${InvoiceDate}Z`),
      userId: `${CustomerId}`,
      properties,
    });
  });
}

const monthOf = ({ time }: UsageEvent): string => time!.toISOString().slice(0, 7);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const cents = (event: UsageEvent): number => event.properties['cents'] as number;

(existsSync(FILE) ? describe : describe.skip)('Five years of sales, replayed month by month', () => {
  const clock = new SteppedClock();
  const t = billingOnRealPostgres({ clock });

  it('add up to what the shop’s own rows do, by month and country, and count once when they come again', async () => {
    const events = eventsOf(JSON.parse(readFileSync(FILE, 'utf8')) as Source);
    const months = Map.groupBy(events, monthOf);
    await meterOf(t.a, { key: 'revenue', eventType: 'sale', valueProperty: 'cents', groupBy: ['country'] });
    await meterOf(t.a, { key: 'buyers', aggregation: 'unique', eventType: 'sale', valueProperty: 'userId' });
    let last: UsageEvent[] = [];
    for (const [month, sold] of months) {
      const [year, number] = month.split('-').map(Number);
      clock.at = new Date(Date.UTC(year!, number!, 1));
      expect(await record(t.a, ...sold)).toEqual({ recorded: sold.length, duplicates: 0 });
      last = sold;
    }
    expect(await t.a.call(recordUsage, { events: last })).toEqual({ recorded: 0, duplicates: last.length });

    const ask = async (meter: string, more: object) => {
      const range = { from: new Date(0), to: clock.at, limit: 200 };
      return (await t.a.call(getUsage, { meter, ...range, ...more })).data;
    };
    const expected = (value: (sold: UsageEvent[]) => number) =>
      [...months].map(([month, sold]) => [month, value(sold)]);
    const told = async (meter: string) =>
      (await ask(meter, { window: 'month' })).map(({ start, value }) => [start.toISOString().slice(0, 7), value]);
    expect(await told('revenue')).toEqual(expected((sold) => sum(sold.map(cents))));
    expect(await told('buyers')).toEqual(expected((sold) => new Set(sold.map(({ userId }) => userId)).size));
    const countries = Map.groupBy(events, ({ properties }) => properties['country']);
    const revenue = (await ask('revenue', { groupBy: ['country'] })).map(({ group, value }) => [
      group['country'],
      value,
    ]);
    expect(new Map(revenue as [string, number][])).toEqual(
      new Map([...countries].map(([country, sold]) => [country, sum(sold.map(cents))])),
    );
  });
});
