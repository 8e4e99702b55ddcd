import { Dice } from './dice.js';
import { faults } from './faults.js';
import { shake } from './run.js';
import { System } from './system.js';

/** The short form of `npm run chaos`: always the same seed, the faults that cost little. */
const SEED = 1;
const CHEAP = ['connections', 'nats-killed', 'instance'];

describe('a system whose parts break under load', () => {
  it('keeps what it accepted, once, with its audit trail, and answers 503 or not at all meanwhile', async () => {
    await using system = await System.open();
    const cheap = CHEAP.map((name) => faults.find((fault) => fault.name === name)!);
    const { problems, shaken, rows, entries, tenants } = await shake(system, cheap, new Dice(SEED));
    expect(problems).toEqual([]);
    expect(shaken.map(({ fault }) => fault)).toEqual(CHEAP);
    expect(rows).toBeGreaterThan(0);
    expect(entries).toBeGreaterThanOrEqual(rows);
    expect(tenants.active + tenants.failed).toBeGreaterThan(0);
  });
});
