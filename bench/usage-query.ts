import { HOME_CELL, migrate, openDoors, sql, type TenantDatabase } from '@tenantry/database';
import { newId, SystemClock, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { testContext } from '@tenantry/testing/database';
import pg from 'pg';
import { billingService } from '../services/billing/src/billing.module.js';
import { CreateMeter } from '../services/billing/src/meters/create-meter.js';
import { GetUsage } from '../services/billing/src/usage/get-usage.js';
import { UsageLedger } from '../services/billing/src/usage/usage-ledger.js';
import { addRollups } from '../services/billing/src/usage/usage-rollup.table.js';
import { takeFolder, takePostgres } from './instance/place.js';
import { quantile } from './measure/quantile.js';
import { record } from './measure/record.js';

/**
 * What it takes to ask what was used, over one tenant's ten million events of a month: the handler's own questions, which read the hours. The
 * events are made in Postgres, but into the ledger and through the very rollups of the service; two meters count all of them, two the last day's.
 */
const EVENTS = Number(process.env['USAGE_EVENTS'] ?? 10_000_000);
const CHUNK = 50_000;
const DAYS = 30;
const MODELS = 3;
const USERS = 5_000;
const MAKERS = 2;
const CONNECTIONS = 4;
/** The first event of the last day. */
const LAST_DAY = EVENTS - Math.ceil(EVENTS / DAYS);
const ASKED = 400;
const TARGET_P99_MS = 100;
const PASSWORD = 'bench';
const TIME_ZONE = 'Europe/Berlin';
const FROM = new Date('2026-03-01T00:00:00Z');
const TO = new Date(FROM.getTime() + DAYS * 86_400_000);
const LAST_HOUR = new Date(TO.getTime() - 3_600_000);

/** Writes a chunk of events, and what they add up to, as the service does. */
async function makeEvents(tenants: TenantDatabase, ctx: TenantContext, first: number): Promise<void> {
  const spacingMs = (TO.getTime() - FROM.getTime()) / EVENTS;
  await tenants.transaction(ctx, async (tx) => {
    await tx.query(sql`
      with fresh as (
        insert into billing.usage_event (tenant_id, type, id, batch_id, meter_ids, occurred_at, recorded_at, value, user_id, properties, fingerprint)
        select ${ctx.tenantId}::uuid, 'call', 'event-' || n, ${newId()}::uuid, case when n >= ${LAST_DAY}::int then m.of_last_day else m.of_all end,
          ${FROM}::timestamptz + n * ${spacingMs}::float8 * interval '1 millisecond', now(), null, 'user-' || n::bigint * 7919 % ${USERS}::int,
          jsonb_build_object('tokens', n % 1000, 'model', 'model-' || n % ${MODELS}::int), sha256(n::text::bytea)
        from generate_series(${first}::int, ${first + CHUNK - 1}::int) n,
          (select array_agg(id) as of_last_day, array_agg(id) filter (where key in ('calls', 'tokens')) as of_all from billing.meter) m
        returning *
      ), ${addRollups(sql`fresh`, TIME_ZONE)}
      select count(*) from fresh`);
  });
}

async function askRepeatedly(ask: () => Promise<unknown>, times: number): Promise<number[]> {
  const tookMs: number[] = [];
  const worker = async (): Promise<void> => {
    while (tookMs.length < times) {
      const startedAtMs = performance.now();
      await ask();
      tookMs.push(performance.now() - startedAtMs);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return tookMs;
}

await using stack = new AsyncDisposableStack();
const server = await takePostgres(stack, takeFolder(stack));
await migrate(server.url, [{ ...billingService, migrations: billingService.migrations!, password: PASSWORD }]);
const login = new URL(server.url);
[login.username, login.password] = ['billing_service', PASSWORD];
const options = { url: login.href, service: 'billing', maxConnections: CONNECTIONS, statementTimeoutMs: 120_000 };
const doors = openDoors(options);
const directories = Directories.inMemory();
const ctx = testContext(newId());
const [clock, { tenantId }] = [new SystemClock(), ctx];
directories.tenants.put(tenantId, {
  ...{ version: 1, slug: 'bench', name: 'bench', status: 'active', mode: 'pool', cell: HOME_CELL, region: null },
  ...{ timeZone: TIME_ZONE, organizationId: null, sandboxOf: null, reason: null, hosts: [] },
});
const client = new pg.Client({ connectionString: server.url });
client.on('error', () => undefined); // when something fails, the server ends before it does
await client.connect();
await client.query(`insert into platform.tenant_status values ($1, 'active', 'pool', $2, 1)`, [tenantId, HOME_CELL]);

const create = new CreateMeter(doors.tenants, clock);
const shared = { eventType: 'call', groupBy: ['model'], unit: null };
const tokens = { ...shared, valueProperty: 'tokens' };
await create.handle({ ...shared, key: 'calls', aggregation: 'count' }, ctx);
await create.handle({ ...tokens, key: 'tokens', aggregation: 'sum' }, ctx);
await create.handle({ ...tokens, key: 'largest', aggregation: 'max' }, ctx);
await create.handle({ ...shared, key: 'users', aggregation: 'unique', valueProperty: 'userId' }, ctx);
const startedAtMs = performance.now();
const make = async (maker: number): Promise<void> => {
  const end = ((maker + 1) * EVENTS) / MAKERS;
  for (let first = (maker * EVENTS) / MAKERS; first < end; first += CHUNK) await makeEvents(doors.tenants, ctx, first);
};
await Promise.all(Array.from({ length: MAKERS }, (_, maker) => make(maker)));
const perSecond = Math.round((EVENTS * 1_000) / (performance.now() - startedAtMs));
console.log(`${EVENTS} events made at ${perSecond}/s`);
await client.query('vacuum analyze billing.usage_hour, billing.usage_distinct, billing.meter');
await client.end();

const usage = new GetUsage(
  doors.tenants,
  new UsageLedger(doors.tenants, directories, clock),
  new Cursors(new Uint8Array(32), 'billing'),
  clock,
);
const question = { from: FROM, to: TO, groupBy: [] };
const asked: readonly (readonly [string, Parameters<typeof usage.handle>[0], boolean])[] = [
  ['a month in all', { ...question, meter: 'tokens' }, true],
  ['a month by day and model', { ...question, meter: 'tokens', window: 'day', groupBy: ['model'], limit: 200 }, true],
  ['a page of hours', { ...question, meter: 'calls', window: 'hour', limit: 50 }, true],
  ['the largest of each hour of a day', { ...question, meter: 'largest', window: 'hour' }, true],
  ['an hour by minute, from its events', { ...question, meter: 'tokens', from: LAST_HOUR, window: 'minute' }, false],
  [`${USERS} different users of a day, counted again`, { ...question, meter: 'users' }, false],
];
const total = (await usage.handle({ ...question, meter: 'calls' }, ctx)).data[0]?.value;
if (total !== EVENTS) throw new Error(`${total} of ${EVENTS} events were counted`);
const found: Parameters<typeof record>[1][number][] = [];
for (const [name, request, isHeld] of asked) {
  await askRepeatedly(() => usage.handle(request, ctx), ASKED / 10); // plans settle
  const tookMs = await askRepeatedly(() => usage.handle(request, ctx), isHeld ? ASKED : ASKED / 10);
  const [p50Ms, p99Ms] = [quantile(tookMs, 0.5), quantile(tookMs, 0.99)];
  const met = !isHeld || p99Ms <= TARGET_P99_MS;
  const goal = isHeld ? ` (target <= ${TARGET_P99_MS}${met ? '' : ', MISSED'})` : '';
  console.log(`${name}: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms${goal}`);
  found.push({ name, ratio: p99Ms, unit: 'ms', met, p50Ms, p99Ms, target: isHeld ? TARGET_P99_MS : null });
}
record('usage-query', found);
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
directories.close();
await doors.close();
