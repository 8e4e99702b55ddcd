import { compareWithCheckThenRecord } from './budgets/check-then-record.js';
import { type Place, type Spender, openPlace } from './budgets/place.js';
import { takeFolder, takePostgres } from './instance/place.js';
import { type Latency, type LatencyRun, printLatency, runOnce, together } from './measure/latency.js';
import { perSecond } from './measure/load.js';
import { median } from './measure/quantile.js';
import { record } from './measure/record.js';

/**
 * What a hard limit costs: pairs of a reservation and its settlement a second at the service's own handlers, over many
 * tenants and on one budget that everybody wants; how long a reservation takes at half of that; and what two statements,
 * first check, then record, overspend in the same situation.
 */
const TENANTS = 100;
const IN_FLIGHT = 16;
const RUN_MS = 3_000;
const RUNS = 5;
/** Until then both sides are still compiling and planning. */
const WARM_UP_MS = 8_000;
const TARGET_PAIRS_PER_S = 2_000;
const TARGET_HOT_PAIRS_PER_S = 400;
const TARGET_P99_MS = 5;

const found: Parameters<typeof record>[1][number][] = [];

function judge(name: string, figure: number, unit: string, met: boolean, target: string): boolean {
  console.log(`${name}: ${figure.toFixed(unit === 'ms' ? 2 : 0)} ${unit} (target ${target}${met ? '' : ', MISSED'})`);
  found.push({ name, ratio: figure, unit, met, target: Number(target.replace(/[^\d.]/g, '')) });
  return met;
}

async function pairsPerSecond(pair: (i: number) => Promise<void>): Promise<number> {
  await perSecond(pair, IN_FLIGHT, WARM_UP_MS);
  const figures: number[] = [];
  for (let run = 0; run < RUNS; run++) figures.push(await perSecond(pair, IN_FLIGHT, RUN_MS));
  console.log(`pairs a second, in turn: ${figures.map(Math.round).join(', ')}`);
  return median(figures);
}

/** In an open loop, the median of the runs. Their settlements are load, too, but nobody waits for them. */
async function reservationsAt(rate: number, place: Place, tenants: readonly Spender[]): Promise<Latency> {
  const runs: LatencyRun[] = [];
  for (let run = 0; run < RUNS; run++) {
    const settled: Promise<void>[] = [];
    const work = async (i: number): Promise<void> => {
      settled.push(place.settle(await place.reserve(tenants[i % TENANTS]!)));
    };
    runs.push(await runOnce({ name: 'a reservation', work }, rate, { runs: 1, runMs: RUN_MS }));
    await Promise.all(settled);
  }
  const latency = together(rate, runs);
  if (latency.errors > 0) throw new Error(`${latency.errors} reservations failed`);
  console.log(`reservations, ${printLatency(latency)}`);
  return latency;
}

async function compare(place: Place): Promise<boolean> {
  const tenants = await place.tenantsWithBudgets(TENANTS);
  const across = await pairsPerSecond(async (i) => place.settle(await place.reserve(tenants[i % TENANTS]!)));
  const hotTenant = tenants[0]!;
  const hot = await pairsPerSecond(async () => place.settle(await place.reserve(hotTenant)));
  const { p50Ms, p99Ms } = await reservationsAt(across / 2, place, tenants);
  const overspent = await compareWithCheckThenRecord(place);
  console.log(`a reservation takes ${p50Ms.toFixed(2)} ms in the middle`);
  console.log(`check, then record: spent ${overspent.checkThenRecord} of 1.00`);
  const isBelow = (name: string, figure: number, target: number): boolean =>
    judge(name, figure, 'pairs/s', figure >= target, `>= ${target}`);
  return [
    isBelow(`reserve and settle, ${TENANTS} tenants, two levels`, across, TARGET_PAIRS_PER_S),
    isBelow('reserve and settle, one tenant, two levels', hot, TARGET_HOT_PAIRS_PER_S),
    judge('reserve at half of that, p99', p99Ms, 'ms', p99Ms <= TARGET_P99_MS, `<= ${TARGET_P99_MS}`),
    judge(
      'reserve, then settle: overspent',
      overspent.reserveThenSettle,
      'of 1.00',
      overspent.reserveThenSettle === 0,
      '0',
    ),
  ].every(Boolean);
}

await using stack = new AsyncDisposableStack();
const server = await takePostgres(stack, takeFolder(stack));
const place = await openPlace(server.url);
process.exitCode = (await compare(place)) ? 0 : 1;
record('budgets', found);
await place.close();
