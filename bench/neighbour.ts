import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { newId } from '@tenantry/kernel';
import { LIFTED, limitTenant, ownerOf, PASSWORD, prepareTenant, send, signIn } from './instance/client.js';
import { npmStart } from './instance/npm-start.js';
import { takePlace } from './instance/place.js';
import { run } from './instance/program.js';
import { ask, hangUp } from './measure/ask.js';
import * as latency from './measure/latency.js';
import { type Comparison, record } from './measure/record.js';
import { type Flood, type Flooded, flood } from './neighbour/flood.js';

/**
 * What a tenant notices of another's flood: the p99 of its reads in an open loop, at 30 % of the 100 a second that a tenant ordinarily may,
 * alone and while another tenant asks for many times what it may, from another network address; with the ordinary limits of a tenant,
 * and with that tenant's limits lifted. While it is alone the same flood goes to a program that refuses everything, so that the generator takes
 * from the machine what it takes under the flood. Both take turns. `--full` takes a minute for each of five turns; `--split` runs the
 * services as processes of their own, as in a deployment. Words choose comparisons: `sign-ins ordinary` is those of sign-ins with ordinary limits.
 */
const TARGET = 1.2;
const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { full: { type: 'boolean', default: false }, split: { type: 'boolean', default: false } },
});
const LEAD_MS = 1_000;
/** Of many reads, and of quiet ones: until then what they need is still being compiled. */
const WARM_UP_MS = 10_000;
/** What a flood left behind, in the audit log for one, is not to slow the next turn alone. */
const SETTLE_MS = 5_000;
const ROWS = 1_000;
const ORDINARY = { ratePerS: 100, burst: 1_000 };
const QUIET_PER_S = ORDINARY.ratePerS * latency.SHARE_OF_CAPACITY;
const plan = latency.planOf(options.full);
const TURN_MS = latency.durationMsOf(plan, QUIET_PER_S);
/** The ordinary limits of an address, of which the flood and the quiet tenant each have one. */
const settings = {
  TRUSTED_PROXIES: '127.0.0.0/8',
  ADDRESS_RATE_PER_S: '500',
  ADDRESS_BURST: '5000',
} as const;
const LIFTED_ADDRESS = { ADDRESS_RATE_PER_S: '10000000', ADDRESS_BURST: '10000000' } as const;
const LIFTED_SIGN_IN = { SIGN_IN_RATE_PER_S: '1000000', SIGN_IN_BURST: '1000000' } as const;

/** Reads one row of the quiet tenant at a fixed rate. */
const readQuietly = (scene: Scene): Promise<latency.LatencyRun> => latency.runOnce(quietRead(scene), QUIET_PER_S, plan);

const quietRead = ({ url, quiet: headers }: Scene): Omit<latency.PacedWay, 'capacityPerS'> => ({
  name: 'a quiet read',
  work: () => ask({ method: 'GET', url, headers }),
});

function floodsOf(key: string, email: string): Flood[] {
  const rows = Array.from({ length: ROWS }, (_, i) => `${JSON.stringify({ name: `row ${i}` })}\n`).join('');
  const authorization = `Bearer ${key}`;
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

type Limits = 'ordinary limits' | 'limits lifted';

const nameOf = (of: Flood, limits: Limits): string => `a neighbour floods ${of.name}, ${limits}`;

interface Scene {
  readonly limits: Limits;
  readonly origin: string;
  /** Of the program that refuses. */
  readonly refusing: string;
  readonly url: string;
  readonly quiet: Readonly<Record<string, string>>;
}

/** Quiet reads while a flood goes somewhere. */
async function readDuring(
  scene: Scene,
  origin: string,
  of: Flood,
): Promise<{ run: latency.LatencyRun; flooded: Flooded }> {
  const flooding = flood(origin, of, (TURN_MS + LEAD_MS) / 1_000);
  await pause(LEAD_MS);
  const run = await readQuietly(scene);
  return { run, flooded: await flooding };
}

/** Alone and under one flood, taking turns. */
async function compare(scene: Scene, of: Flood): Promise<Comparison> {
  const alone: latency.LatencyRun[] = [];
  const under: latency.LatencyRun[] = [];
  const floods: Flooded[] = [];
  for (let turn = 0; turn < plan.runs; turn++) {
    alone.push((await readDuring(scene, scene.refusing, of)).run);
    const { run, flooded } = await readDuring(scene, scene.origin, of);
    under.push(run);
    floods.push(flooded);
    await pause(SETTLE_MS);
  }
  return judge(nameOf(of, scene.limits), { limits: scene.limits, alone, under, floods });
}

interface Turns extends Pick<Scene, 'limits'> {
  readonly alone: readonly latency.LatencyRun[];
  readonly under: readonly latency.LatencyRun[];
  readonly floods: readonly Flooded[];
}

function judge(name: string, { limits, floods, ...turns }: Turns): Comparison {
  const [alone, under] = [latency.together(QUIET_PER_S, turns.alone), latency.together(QUIET_PER_S, turns.under)];
  const { p50Ms, p99Ms } = under;
  const ratio = p99Ms / alone.p99Ms;
  const errors = alone.errors + under.errors;
  const target = limits === 'ordinary limits' ? TARGET : null;
  const met = errors === 0 && (target === null || ratio <= target);
  const total = (key: keyof Flooded): number => floods.reduce((sum, one) => sum + one[key], 0);
  const goal = target === null ? '' : ` (target ${target}${met ? '' : ', MISSED'})`;
  const flooded = `${total('accepted')} accepted, ${total('refused')} refused, ${total('failed')} failed`;
  console.log(
    `${name}: p99 ${ratio.toFixed(2)} times${goal}; alone ${latency.printLatency(alone)}; ` +
      `under it ${latency.printLatency(under)}; flood: ${flooded}; ${errors} errors of the quiet tenant`,
  );
  const runs = floods.map((one, i) => ({ alone: turns.alone[i], under: turns.under[i], flood: one }));
  return {
    name,
    baseline: 'alone, the generator at work',
    ratio,
    unit: 'times',
    target,
    met,
    p50Ms,
    p99Ms,
    errors,
    runs,
  };
}

/** Two tenants with rows, and a key of each: the long form takes longer than a session's token lives. */
async function prepare(gateway: string, limits: typeof LIFTED): Promise<{ quiet: string; noisy: string }> {
  const admin = await signIn(gateway);
  const columns = [
    { name: 'id', type: 'uuid', primaryKey: true, default: 'uuidv7()' },
    { name: 'name', type: 'text', nullable: false },
  ];
  await send('POST', `${gateway}/v1/product-tables`, admin, { name: 'things', columns });
  const quiet = await prepareTenant(gateway, admin, 'quiet', 'pool');
  const noisy = await prepareTenant(gateway, admin, 'noisy', 'pool');
  await limitTenant(gateway, admin, noisy.id, limits);
  for (const { token } of [quiet, noisy]) {
    const rows = Array.from({ length: ROWS }, (_, i) => ({ id: newId(), name: `thing ${i}` }));
    await send('POST', `${gateway}/rest/v1/things`, token, rows);
  }
  const keyOf = async (token: string): Promise<string> =>
    (await send<{ key: string }>('POST', `${gateway}/v1/api-keys`, token, { name: 'bench', scopes: ['*'] })).key;
  return { quiet: await keyOf(quiet.token), noisy: await keyOf(noisy.token) };
}

/** An instance of its own, because the limits of an address are settings. */
async function compareUnder(limits: Limits): Promise<Comparison[]> {
  const isWanted = (of: Flood): boolean => words.every((word) => nameOf(of, limits).includes(word));
  if (!floodsOf('', '').some(isWanted)) return [];
  await using stack = new AsyncDisposableStack();
  const place = await takePlace(stack);
  const isLifted = limits === 'limits lifted';
  const chosen = { ...place.settings, ...settings, ...(isLifted ? { ...LIFTED_ADDRESS, ...LIFTED_SIGN_IN } : {}) };
  const started = await npmStart(chosen, { args: options.split ? ['--split'] : [] });
  stack.defer(() => started.stop());
  const refusing = await run(join(import.meta.dirname, 'baselines/refuse-all.ts'), {}, /^(http\S+)$/);
  stack.defer(() => refusing.stop());
  const origin = started.address;
  const keys = await prepare(origin, isLifted ? LIFTED : ORDINARY);
  const quiet = { authorization: `Bearer ${keys.quiet}`, 'x-forwarded-for': '203.0.113.9' };
  const scene = { limits, origin, refusing: refusing.address, url: `${origin}/rest/v1/things?limit=1`, quiet };
  const floods = floodsOf(keys.noisy, ownerOf('noisy'));
  await warmUp(scene, floods[0]!);
  const found: Comparison[] = [];
  for (const one of floods.filter(isWanted)) found.push(await compare(scene, one));
  return found;
}

/** By reads alone: what a tenant may import or how often one may sign in is for the turns. */
async function warmUp(scene: Scene, reads: Flood): Promise<void> {
  await flood(scene.origin, reads, WARM_UP_MS / 1_000);
  await pause(SETTLE_MS);
  await latency.runOnce(quietRead(scene), ORDINARY.ratePerS, { runs: 1, runMs: WARM_UP_MS });
}

const found = [...(await compareUnder('ordinary limits')), ...(await compareUnder('limits lifted'))];
hangUp();
record(options.split ? 'neighbour-split' : 'neighbour', found);
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
