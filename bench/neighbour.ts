import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'node:http';
import { newId } from '@tenantry/kernel';
import { latencyAtRate } from './budgets/measure.js';
import { PASSWORD, prepareTenant, send, signIn } from './instance/client.js';
import { takePlace } from './instance/place.js';
import { run } from './instance/program.js';
import { type Comparison, record } from './measure/record.js';
import { type Flood, type Flooded, flood } from './neighbour/flood.js';
import { quantile } from './measure/quantile.js';

/**
 * What a tenant notices of another's flood: the p99 of its reads, 80 a second whether or not those before were answered, alone and
 * while another tenant asks for many times what it may, from another network address; with the ordinary limits of a tenant, and
 * with that tenant's limits lifted. Beside it the same flood at a program that refuses everything: what the generator alone
 * takes from this machine. Times alone and under flood take turns.
 */
const TARGET = 1.2;
const QUIET_PER_S = 80;
const TURN_MS = 4_000;
const RUNS = 2;
const LEAD_MS = 1_000;
/** What a flood left behind, in the audit log for one, is not to slow the next turn alone. */
const SETTLE_MS = 5_000;
const ROWS = 1_000;
const LIFTED = { ratePerS: 100_000, burst: 1_000_000 };
const ORDINARY = { ratePerS: 100, burst: 1_000 };
/** The ordinary limits of an address, of which the flood and the quiet tenant each have one. */
const settings = {
  TRUSTED_PROXIES: '127.0.0.0/8',
  ADDRESS_RATE_PER_S: '500',
  ADDRESS_BURST: '5000',
} as const;
const LIFTED_ADDRESS = { ADDRESS_RATE_PER_S: '10000000', ADDRESS_BURST: '10000000' } as const;
const LIFTED_SIGN_IN = { SIGN_IN_RATE_PER_S: '1000000', SIGN_IN_BURST: '1000000' } as const;

const agent = new Agent({ keepAlive: true });

interface Turn {
  readonly latenciesMs: number[];
  readonly errors: number;
}

/** Reads one row of the quiet tenant at a fixed rate. */
async function readQuietly(url: string, headers: Readonly<Record<string, string>>): Promise<Turn> {
  let errors = 0;
  const one = (mark: () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      request(url, { headers, agent }, (answer) => {
        if (answer.statusCode !== 200) errors += 1;
        answer.resume().on('end', () => {
          mark();
          resolve();
        });
      })
        .on('error', reject)
        .end();
    });
  const latenciesMs = await latencyAtRate(QUIET_PER_S, TURN_MS, (_, mark) => one(mark));
  return { latenciesMs, errors };
}

function floodsOf(token: string, email: string): Flood[] {
  const rows = Array.from({ length: ROWS }, (_, i) => `${JSON.stringify({ name: `row ${i}` })}\n`).join('');
  const authorization = `Bearer ${token}`;
  const shared = { 'x-forwarded-for': '198.51.100.7' };
  const json = { ...shared, 'content-type': 'application/json' };
  const ndjson = { ...shared, authorization, 'content-type': 'application/x-ndjson' };
  return [
    {
      name: 'reads',
      method: 'GET',
      path: '/rest/v1/things?limit=50',
      headers: { ...shared, authorization },
      connections: 32,
      perSecond: 1_000,
    },
    {
      name: `imports of ${ROWS} rows`,
      method: 'POST',
      path: '/rest/v1/things/import',
      headers: ndjson,
      body: rows,
      connections: 8,
      perSecond: 100,
    },
    {
      name: 'sign-ins',
      method: 'POST',
      path: '/v1/auth/login',
      headers: json,
      body: JSON.stringify({ email, password: PASSWORD }),
      connections: 8,
      perSecond: 200,
    },
  ];
}

interface Scene {
  readonly limits: 'ordinary limits' | 'limits lifted' | 'a program that refuses';
  readonly origin: string;
  readonly url: string;
  readonly quiet: Readonly<Record<string, string>>;
}

const over = (turns: readonly Turn[], q: number): number =>
  quantile(
    turns.flatMap(({ latenciesMs }) => latenciesMs),
    q,
  );
const p99 = (turns: readonly Turn[]): number => over(turns, 0.99);
const p50 = (turns: readonly Turn[]): number => over(turns, 0.5);

/** Alone and under one flood, taking turns. */
async function compare({ limits, origin, url, quiet }: Scene, of: Flood): Promise<Comparison> {
  const alone: Turn[] = [];
  const under: Turn[] = [];
  const became: Flooded[] = [];
  for (let turn = 0; turn < RUNS; turn++) {
    alone.push(await readQuietly(url, quiet));
    const flooding = flood(origin, of, (TURN_MS + LEAD_MS) / 1_000);
    await pause(LEAD_MS);
    under.push(await readQuietly(url, quiet));
    became.push(await flooding);
    await pause(SETTLE_MS);
  }
  const ratio = p99(under) / p99(alone);
  const errors = [...alone, ...under].reduce((sum, turn) => sum + turn.errors, 0);
  const target = limits === 'ordinary limits' ? TARGET : null;
  const met = errors === 0 && (target === null || ratio <= target);
  const total = (key: keyof Flooded): number => became.reduce((sum, one) => sum + one[key], 0);
  console.log(
    `${of.name}, ${limits}: p99 ${p99(alone).toFixed(1)} ms alone, ${p99(under).toFixed(1)} ms under the flood, ${ratio.toFixed(2)} times` +
      `${target === null ? '' : ` (target ${target}${met ? '' : ', MISSED'})`}; p50 ${p50(alone).toFixed(1)}, ${p50(under).toFixed(1)} ms; ` +
      `flood: ${total('accepted')} accepted, ${total('refused')} refused, ${total('failed')} failed; ${errors} errors of the quiet tenant`,
  );
  const runs = alone.map((one, i) => ({ aloneP99Ms: p99([one]), underP99Ms: p99([under[i]!]), flood: became[i] }));
  const facts = { baseline: 'alone', unit: 'times', target, met, p50Ms: p50(under), p99Ms: p99(under), errors, runs };
  return { name: `a neighbour floods ${of.name}, ${limits}`, ratio, ...facts };
}

async function prepare(gateway: string, limits: object): Promise<{ quiet: string; noisy: string }> {
  const admin = await signIn(gateway);
  const columns = [
    { name: 'id', type: 'uuid', primaryKey: true, default: 'uuidv7()' },
    { name: 'name', type: 'text', nullable: false },
  ];
  await send('POST', `${gateway}/v1/product-tables`, admin, { name: 'things', columns });
  const quiet = await prepareTenant(gateway, admin, 'quiet', 'pool');
  const noisy = await prepareTenant(gateway, admin, 'noisy', 'pool');
  await send('PUT', `${gateway}/v1/tenants/${noisy.id}/rate-limit`, admin, limits);
  for (const { token } of [quiet, noisy]) {
    const rows = Array.from({ length: ROWS }, (_, i) => ({ id: newId(), name: `thing ${i}` }));
    await send('POST', `${gateway}/rest/v1/things`, token, rows);
  }
  return { quiet: quiet.token, noisy: noisy.token };
}

/** An instance of its own, because the limits of an address are settings. */
async function compareUnder(limits: 'ordinary limits' | 'limits lifted'): Promise<Comparison[]> {
  await using stack = new AsyncDisposableStack();
  const place = await takePlace(stack);
  const isLifted = limits === 'limits lifted';
  const chosen = { ...place.settings, ...settings, ...(isLifted ? { ...LIFTED_ADDRESS, ...LIFTED_SIGN_IN } : {}) };
  const started = await run(join(import.meta.dirname, '../scripts/start.ts'), chosen, /ready\s+(http\S+)/);
  stack.defer(() => started.stop());
  const refusing = await run(join(import.meta.dirname, 'baselines/refuse-all.ts'), {}, /^(http\S+)$/);
  stack.defer(() => refusing.stop());
  const origin = started.address;
  const tokens = await prepare(origin, isLifted ? LIFTED : ORDINARY);
  const quiet = { authorization: `Bearer ${tokens.quiet}`, 'x-forwarded-for': '203.0.113.9' };
  const url = `${origin}/rest/v1/things?limit=1`;
  const floods = floodsOf(tokens.noisy, 'owner@noisy.example');
  await readQuietly(url, quiet);
  const found: Comparison[] = [];
  for (const one of floods) found.push(await compare({ limits, origin, url, quiet }, one));
  if (!isLifted) {
    const scene = { limits: 'a program that refuses', origin: refusing.address, url, quiet } as const;
    found.push(await compare(scene, floods[0]!));
  }
  return found;
}

const found = [...(await compareUnder('ordinary limits')), ...(await compareUnder('limits lifted'))];
agent.destroy();
record('neighbour', found);
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
