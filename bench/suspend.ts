import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { limitTenant, prepareTenant, send, signIn } from './instance/client.js';
import { takePlace } from './instance/place.js';
import { run } from './instance/program.js';
import { record } from './measure/record.js';
import { quantile } from './measure/quantile.js';

/**
 * How long after the command a request is still accepted: suspension of a tenant, as its owner's session and its API key see it, and
 * revocation of the key. Postgres and NATS write through to the disk, as for `npm start`. The longest pause of this machine
 * is told beside it: what is slower than that is not ours.
 */
const TARGET_MS = 1_000;
const ROUNDS = 40;
const LEAD_MS = 20;

type Samples = Record<'session' | 'key' | 'revoked', number[]>;

/** Asks without a pause until refused; answers when the last accepted request was sent. */
async function lastAccepted(url: string, credential: string, fromMs: number): Promise<number> {
  let lastMs = fromMs;
  for (;;) {
    const sentMs = performance.now();
    const response = await fetch(url, { headers: { authorization: `Bearer ${credential}` } });
    await response.arrayBuffer();
    if (response.status === 423 || response.status === 401) return Math.max(0, lastMs - fromMs);
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    lastMs = sentMs;
  }
}

/** Does something when the probes are well under way. */
async function later(act: () => Promise<unknown>): Promise<void> {
  await sleep(LEAD_MS);
  await act();
}

async function untilOpen(url: string, token: string): Promise<void> {
  while ((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status !== 200) await sleep(5);
}

async function measure(gateway: string): Promise<Samples> {
  const admin = await signIn(gateway);
  const tenant = await prepareTenant(gateway, admin, 'bench', 'schema');
  await limitTenant(gateway, admin, tenant.id);
  const url = `${gateway}/v1/tenant`;
  const samples: Samples = { session: [], key: [], revoked: [] };
  const makeKey = (): Promise<{ id: string; key: string }> =>
    send('POST', `${gateway}/v1/api-keys`, tenant.token, { name: 'bench', scopes: ['tenant.read'] });
  for (let round = 0; round < ROUNDS; round++) {
    const key = await makeKey();
    await untilOpen(url, key.key);
    const startMs = performance.now() + LEAD_MS;
    const [session, byKey] = await Promise.all([
      lastAccepted(url, tenant.token, startMs),
      lastAccepted(url, key.key, startMs),
      later(() => send('POST', `${gateway}/v1/tenants/${tenant.id}/suspend`, admin, { reason: 'security' })),
    ]);
    samples.session.push(session);
    samples.key.push(byKey);
    await send('POST', `${gateway}/v1/tenants/${tenant.id}/activate`, admin);
    await untilOpen(url, key.key);
    await untilOpen(url, tenant.token);
    const revokedMs = performance.now() + LEAD_MS;
    const [revoked] = await Promise.all([
      lastAccepted(url, key.key, revokedMs),
      later(() => send('DELETE', `${gateway}/v1/api-keys/${key.id}`, tenant.token)),
    ]);
    samples.revoked.push(revoked);
  }
  return samples;
}

function report(samples: Samples, pauseMs: number): boolean {
  const said = { session: 'suspended, session', key: 'suspended, API key', revoked: 'API key revoked' };
  const held = Object.values(samples).every((values) => quantile(values, 0.99) <= TARGET_MS);
  const found = (Object.entries(samples) as [keyof Samples, number[]][]).map(([name, values]) => {
    const p99Ms = quantile(values, 0.99);
    const facts = { p50Ms: quantile(values, 0.5), p99Ms, unit: 'ms', target: TARGET_MS, met: p99Ms <= TARGET_MS };
    return { name: said[name], ratio: p99Ms, ...facts, runs: values };
  });
  record('suspend', found);
  for (const [name, values] of Object.entries(samples) as [keyof Samples, number[]][]) {
    const [p50, p99] = [quantile(values, 0.5), quantile(values, 0.99)].map(Math.round);
    const verdict = p99! <= TARGET_MS ? '' : ', MISSED';
    console.log(`${said[name]}: last accepted after p50 ${p50} ms, p99 ${p99} ms (target ${TARGET_MS} ms${verdict})`);
  }
  console.log(`longest pause of this machine meanwhile: ${Math.round(pauseMs)} ms; ${ROUNDS} rounds`);
  return held;
}

await using stack = new AsyncDisposableStack();
const { settings } = await takePlace(stack);
const instance = await run(join(import.meta.dirname, '../scripts/start.ts'), settings, /ready\s+(http\S+)/);
stack.defer(() => instance.stop());
const pauses = monitorEventLoopDelay({ resolution: 1 });
pauses.enable();
const samples = await measure(instance.address);
process.exitCode = report(samples, pauses.max / 1e6) ? 0 : 1;
