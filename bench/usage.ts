import { join } from 'node:path';
import pg from 'pg';
import { limitTenant, prepareTenant, send, signIn } from './instance/client.js';
import { takePlace, takePostgres } from './instance/place.js';
import { run } from './instance/program.js';
import { record } from './measure/record.js';
import { quantile } from './measure/quantile.js';

/**
 * What it costs to take usage over HTTP, in batches: gateway, NATS, checks of every event, the ledger under row-level security with its ids kept
 * for good, and the hours of three meters; against bare multi-row inserts by `pg` of the same events into a table of the same shape on the
 * same Postgres, which know nothing of HTTP, checks, meters or tenants. The two take turns of a second; the ratio of their least disturbed turns
 * is the result.
 */
const TARGET = 0.05;
const BATCH = 100;
const IN_FLIGHT = 8;
const TURN_MS = 1_000;
const WARM_UP_MS = 3_000;
const TURNS = 15;
/** Pauses of the machine only ever slow a turn down. */
const UNDISTURBED = 0.9;

interface Event {
  readonly id: string;
  readonly type: string;
  readonly userId: string;
  readonly properties: { readonly tokens: number; readonly model: string };
}

type Sink = (events: readonly Event[]) => Promise<unknown>;

const TABLE = `create table public.plain_usage (tenant_id uuid, type text, id text, occurred_at timestamptz, user_id text, properties jsonb,
  primary key (tenant_id, type, id))`;
const INSERT = `insert into public.plain_usage select $1::uuid, * from unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::jsonb[])`;

let sent = 0;

function batch(): Event[] {
  return Array.from({ length: BATCH }, () => {
    sent += 1;
    const properties = { tokens: sent % 1_000, model: `model-${sent % 3}` };
    return { id: `event-${sent}`, type: 'call', userId: `user-${sent % 50}`, properties };
  });
}

/** Events a second. */
async function measure(sink: Sink, forMs: number): Promise<number> {
  const startedAtMs = performance.now();
  let events = 0;
  const sender = async (): Promise<void> => {
    while (performance.now() - startedAtMs < forMs) {
      await sink(batch());
      events += BATCH;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sender));
  return (events * 1_000) / (performance.now() - startedAtMs);
}

function plainInserts(pool: pg.Pool, tenantId: string): Sink {
  return (events) =>
    pool.query({
      name: 'insert',
      text: INSERT,
      values: [
        tenantId,
        events.map(({ type }) => type),
        events.map(({ id }) => id),
        events.map(() => new Date()),
        events.map(({ userId }) => userId),
        events.map(({ properties }) => JSON.stringify(properties)),
      ],
    });
}

async function prepareMeters(gateway: string, token: string): Promise<void> {
  const shared = { eventType: 'call', groupBy: ['model'] };
  const tokens = { ...shared, aggregation: 'sum', valueProperty: 'tokens' };
  await send('POST', `${gateway}/v1/meters`, token, { ...shared, key: 'calls', aggregation: 'count' });
  await send('POST', `${gateway}/v1/meters`, token, { ...tokens, key: 'tokens' });
  await send('POST', `${gateway}/v1/meters`, token, { ...tokens, key: 'largest', aggregation: 'max' });
}

async function compare(stack: AsyncDisposableStack): Promise<boolean> {
  const place = await takePlace(stack);
  const postgres = await takePostgres(stack, place.directory);
  const settings = { ...place.settings, DATABASE_URL: postgres.url };
  const started = await run(join(import.meta.dirname, '../scripts/start.ts'), settings, /ready\s+(http\S+)/);
  stack.defer(() => started.stop());
  const gateway = started.address;
  const admin = await signIn(gateway);
  const { id, token } = await prepareTenant(gateway, admin, 'bench', 'pool');
  await limitTenant(gateway, admin, id);
  await prepareMeters(gateway, token);
  const pool = new pg.Pool({ connectionString: postgres.url, max: IN_FLIGHT });
  pool.on('error', () => undefined); // Postgres may be gone before its last session has ended
  stack.defer(() => pool.end());
  await pool.query(TABLE);
  const sinks: Record<'bare' | 'tenantry', Sink> = {
    bare: plainInserts(pool, id),
    tenantry: (events) => send('POST', `${gateway}/v1/usage`, token, { events }),
  };
  for (const sink of Object.values(sinks)) await measure(sink, WARM_UP_MS);
  const rates = { bare: [] as number[], tenantry: [] as number[] };
  for (let turn = 0; turn < TURNS; turn++) {
    rates.bare.push(await measure(sinks.bare, TURN_MS));
    rates.tenantry.push(await measure(sinks.tenantry, TURN_MS));
  }
  return report(rates.bare, rates.tenantry);
}

function report(bare: readonly number[], tenantry: readonly number[]): boolean {
  const ratio = quantile(tenantry, UNDISTURBED) / quantile(bare, UNDISTURBED);
  const held = ratio >= TARGET;
  const facts = { baseline: 'bare multi-row inserts', target: TARGET, met: held, runs: [{ bare, tenantry }] };
  record('usage', [{ name: 'usage taken over HTTP', ratio, ...facts }]);
  console.log(`bare multi-row inserts of ${BATCH}: ${Math.round(quantile(bare, UNDISTURBED))} events/s`);
  console.log(
    `POST /v1/usage, ${BATCH} events, three meters: ${ratio.toFixed(2)} (target ${TARGET.toFixed(2)}${held ? '' : ', MISSED'}), ` +
      `${Math.round(quantile(tenantry, UNDISTURBED))} events/s`,
  );
  return held;
}

await using stack = new AsyncDisposableStack();
process.exitCode = (await compare(stack)) ? 0 : 1;
