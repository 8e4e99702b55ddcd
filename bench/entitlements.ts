import { join } from 'node:path';
import autocannon from 'autocannon';
import { newId } from '@tenantry/kernel';
import { assertEntitled, Directories, type Entitlement, quotasOn } from '@tenantry/messaging';
import { limitTenant, prepareTenant, send, signIn } from './instance/client.js';
import { takePlace, takePostgres } from './instance/place.js';
import { run } from './instance/program.js';
import { quantile } from './measure/quantile.js';
import { record } from './measure/record.js';

/**
 * What it costs to ask what a tenant may use: a check by the library, among ten thousand tenants, beside a read through the whole gateway on the
 * same machine; how long until a change is visible in another service; and what a limit of rows costs whoever inserts.
 */
const TARGET_SHARE = 0.02;
const TARGET_VISIBLE_MS = 1_000;
const TENANTS = 10_000;
const FEATURES = 40;
const CHECKS = 200_000;
const TURNS = 10;
const CHANGES = 40;
const INSERTERS = 8;
const TURN_MS = 1_000;
const UNDISTURBED = 0.9;

/** Microseconds of one check, each of another tenant. */
function checksUs(): number[] {
  const { entitlements } = Directories.inMemory(['entitlements']);
  const ids = Array.from({ length: TENANTS }, () => newId());
  const granted: Entitlement = { kind: 'boolean', enabled: true };
  const plan = Object.fromEntries(Array.from({ length: FEATURES }, (_, n) => [`feature${n}`, granted]));
  const overrides = { feature7: { ...granted, expiresAt: '2099-01-01T00:00:00Z' } };
  for (const id of ids) {
    const limits = { rowsPerTable: { kind: 'metered', limit: 1_000 } } as const;
    entitlements.put(id, { version: 1, plan: { ...plan, ...limits }, overrides });
  }
  return Array.from({ length: TURNS }, () => {
    const startedAtMs = performance.now();
    for (let n = 0; n < CHECKS; n++) {
      const entry = entitlements.get(ids[(n * 7919) % TENANTS]!);
      const now = new Date();
      assertEntitled(entry, `feature${n % FEATURES}`, now);
      if (quotasOn(entry, 'orders', now).rows?.limit !== 1_000) throw new Error('a limit is missing');
    }
    return ((performance.now() - startedAtMs) * 1_000) / CHECKS;
  });
}

async function readsPerSecond(url: string, token: string): Promise<number> {
  const options = { url, headers: { authorization: `Bearer ${token}` }, connections: 32, duration: TURN_MS / 1_000 };
  const { requests, non2xx, errors } = await autocannon(options);
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} refusals and ${errors} errors`);
  return requests.average;
}

/** Milliseconds from the answer to a change until both billing, which answers checks, and data, which holds limits, go by it. */
async function visibleAfterMs(
  gateway: string,
  admin: string,
  tenant: { id: string; token: string },
  n: number,
): Promise<number> {
  const isOpen = n % 2 === 1;
  const rows = { limit: isOpen ? 1e9 : 0, reason: 'bench' };
  await send('PUT', `${gateway}/v1/tenants/${tenant.id}/entitlements/rows.guarded`, admin, rows);
  const changedAtMs = performance.now();
  const headers = { authorization: `Bearer ${tenant.token}`, 'content-type': 'application/json' };
  const ask = async (path: string, body: object): Promise<Response> =>
    fetch(`${gateway}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const isSeen = async (): Promise<boolean> => {
    const check = (await (await ask('/v1/entitlements/check', { feature: 'rows.guarded' })).json()) as {
      allowed: boolean;
    };
    const { status } = await ask('/rest/v1/guarded', { note: 'x' });
    return check.allowed === isOpen && status === (isOpen ? 201 : 403);
  };
  while (!(await isSeen()));
  return performance.now() - changedAtMs;
}

async function insertsPerSecond(gateway: string, token: string): Promise<number> {
  const startedAtMs = performance.now();
  let inserted = 0;
  const inserter = async (): Promise<void> => {
    while (performance.now() - startedAtMs < TURN_MS) {
      await send('POST', `${gateway}/rest/v1/orders`, token, { note: 'an order' });
      inserted += 1;
    }
  };
  await Promise.all(Array.from({ length: INSERTERS }, inserter));
  return (inserted * 1_000) / (performance.now() - startedAtMs);
}

/** Inserts of one tenant without a limit and with one that is far away, in turns. */
async function insertRates(
  gateway: string,
  admin: string,
  tenant: { id: string; token: string },
): Promise<[number, number]> {
  const rates: [number[], number[]] = [[], []];
  const override = `${gateway}/v1/tenants/${tenant.id}/entitlements/rows.orders`;
  for (let turn = 0; turn < TURNS; turn++) {
    await send('PUT', override, admin, { enabled: true, reason: 'bench' });
    rates[0].push(await insertsPerSecond(gateway, tenant.token));
    await send('PUT', override, admin, { limit: 1e9, reason: 'bench' });
    rates[1].push(await insertsPerSecond(gateway, tenant.token));
  }
  return [quantile(rates[0], UNDISTURBED), quantile(rates[1], UNDISTURBED)];
}

async function compare(stack: AsyncDisposableStack): Promise<boolean> {
  const place = await takePlace(stack);
  const postgres = await takePostgres(stack, place.directory);
  const settings = { ...place.settings, DATABASE_URL: postgres.url };
  const started = await run(join(import.meta.dirname, '../scripts/start.ts'), settings, /ready\s+(http\S+)/);
  stack.defer(() => started.stop());
  const gateway = started.address;
  const admin = await signIn(gateway);
  const tenant = await prepareTenant(gateway, admin, 'bench', 'pool');
  await limitTenant(gateway, admin, tenant.id);
  for (const name of ['orders', 'guarded'])
    await send('POST', `${gateway}/v1/tables`, tenant.token, { name, columns: [{ name: 'note', type: 'text' }] });

  const reads: number[] = [];
  for (let turn = 0; turn < TURNS + 3; turn++) reads.push(await readsPerSecond(`${gateway}/v1/tenant`, tenant.token));
  const readUs = 1e6 / quantile(reads.slice(3), UNDISTURBED);
  const checkUs = quantile(checksUs(), 1 - UNDISTURBED);
  const visibleMs: number[] = [];
  for (let n = 0; n < CHANGES; n++) visibleMs.push(await visibleAfterMs(gateway, admin, tenant, n));
  const [unlimited, limited] = await insertRates(gateway, admin, tenant);
  return report({ readUs, checkUs, visibleMs, unlimited, limited });
}

function report(found: {
  readonly readUs: number;
  readonly checkUs: number;
  readonly visibleMs: readonly number[];
  readonly unlimited: number;
  readonly limited: number;
}): boolean {
  const { readUs, checkUs, visibleMs, unlimited, limited } = found;
  const share = checkUs / readUs;
  const [p50Ms, p99Ms] = [quantile(visibleMs, 0.5), quantile(visibleMs, 0.99)];
  const held = { check: share <= TARGET_SHARE, visible: p99Ms <= TARGET_VISIBLE_MS };
  console.log(
    `a check and a table's limits, ${TENANTS} tenants: ${checkUs.toFixed(2)} us, ${(share * 100).toFixed(2)} % of the ${readUs.toFixed(0)} us between two reads ` +
      `through a busy gateway (target <= ${TARGET_SHARE * 100} %${held.check ? '' : ', MISSED'})`,
  );
  console.log(
    `a change is visible in billing and data: p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms ` +
      `(target <= ${TARGET_VISIBLE_MS} ms${held.visible ? '' : ', MISSED'})`,
  );
  console.log(
    `one tenant's inserts over HTTP: ${Math.round(unlimited)}/s without a limit, ${Math.round(limited)}/s with one (${(limited / unlimited).toFixed(2)})`,
  );
  const bare = 'a read through the gateway';
  record('entitlements', [
    { name: 'a check', ratio: share, baseline: bare, target: TARGET_SHARE, met: held.check },
    {
      name: 'a change is visible',
      ratio: p99Ms,
      unit: 'ms',
      p50Ms,
      p99Ms,
      target: TARGET_VISIBLE_MS,
      met: held.visible,
    },
    { name: 'inserts under a limit', ratio: limited / unlimited, baseline: 'inserts without one', met: true },
  ]);
  return held.check && held.visible;
}

await using stack = new AsyncDisposableStack();
process.exitCode = (await compare(stack)) ? 0 : 1;
