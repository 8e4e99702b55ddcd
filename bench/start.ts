import { execFileSync } from 'node:child_process';
import autocannon from 'autocannon';
import { prepareTenant, signIn } from './instance/client.js';
import { takePlace } from './instance/place.js';
import { npmStart } from './instance/npm-start.js';
import type { Running } from './instance/program.js';
import { record } from './measure/record.js';
import { quantile } from './measure/quantile.js';

/**
 * From `npm start` to ready on a state directory that was started before, and the memory of the one process that holds all services:
 * after the start, and after a load of reads. As a measure of the machine: how long an empty Node takes.
 */
const READY_TARGET_MS = 12_000;
const RESIDENT_TARGET_MB = 450;
const STARTS = 3;
const LOAD_S = 10;
const CONNECTIONS = 32;

async function timedStart(settings: Readonly<Record<string, string>>): Promise<{ tookMs: number; instance: Running }> {
  const startMs = performance.now();
  const instance = await npmStart(settings);
  return { tookMs: performance.now() - startMs, instance };
}

const residentMb = ({ pid }: Running): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024;

function emptyNodeMs(): number {
  const startMs = performance.now();
  execFileSync(process.execPath, ['-e', '0']);
  return performance.now() - startMs;
}

async function load(gateway: string): Promise<void> {
  const { token } = await prepareTenant(gateway, await signIn(gateway), 'bench', 'schema');
  const headers = { authorization: `Bearer ${token}` };
  await autocannon({ url: `${gateway}/v1/tenant`, headers, connections: CONNECTIONS, duration: LOAD_S });
}

await using stack = new AsyncDisposableStack();
const { settings } = await takePlace(stack);
const first = await timedStart(settings);
await first.instance.stop();
const tooksMs: number[] = [];
let after = { startMb: 0, loadMb: 0 };
for (let start = 1; start <= STARTS; start++) {
  const { tookMs, instance } = await timedStart(settings);
  tooksMs.push(tookMs);
  try {
    if (start < STARTS) continue;
    const startMb = residentMb(instance);
    await load(instance.address);
    after = { startMb, loadMb: residentMb(instance) };
  } finally {
    await instance.stop();
  }
}
const warmMs = quantile(tooksMs, 0.5);
const held = { ready: warmMs <= READY_TARGET_MS, resident: after.loadMb <= RESIDENT_TARGET_MB };
record('start', [
  { name: 'warm start', ratio: warmMs, unit: 'ms', target: READY_TARGET_MS, met: held.ready, runs: tooksMs },
  { name: 'resident', ratio: after.loadMb, unit: 'MB', target: RESIDENT_TARGET_MB, met: held.resident, runs: [after] },
]);
const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
console.log(`an empty Node: ${Math.round(emptyNodeMs())} ms`);
console.log(`first start: ${seconds(first.tookMs)} s`);
console.log(
  `warm start: ${seconds(warmMs)} s (target ${seconds(READY_TARGET_MS)} s${held.ready ? '' : ', MISSED'}); ${tooksMs.map(seconds).join(', ')}`,
);
console.log(
  `resident: ${Math.round(after.startMb)} MB after the start, ${Math.round(after.loadMb)} MB after ${LOAD_S} s of load (target ${RESIDENT_TARGET_MB} MB${held.resident ? '' : ', MISSED'})`,
);
process.exitCode = held.ready && held.resident ? 0 : 1;
