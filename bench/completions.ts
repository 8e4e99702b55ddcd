import { setTimeout as pause } from 'node:timers/promises';
import { send } from './instance/client.js';
import { openModelPlace } from './instance/model-place.js';
import { median, quantile } from './measure/quantile.js';
import { record } from './measure/record.js';

/**
 * What budgets, guardrails and the audit trail add to a call to a model: the same questions to the stand-in, once directly and once
 * through the gateway, at a fixed rate; and the same streams. The two take turns. Calls and streams begin at their times, however long those before them
 * take. A figure is that of the median turn, beside the other's turn in the same seconds. The default guardrails hold: keys and card numbers are taken out, who commands the model is reported.
 * Both are warm: each was asked at the same rate until it became no faster, for a minute at most. V8 takes that long to compile the longest path.
 */
const CALLS = { perSecond: 100, turnS: 3, turns: 7 };
/** Each lasts about a second, so ten or a few more are open at once. */
const STREAMS = { perSecond: 10, turnS: 4, turns: 3 };
const WARM_UP = { turnS: 5, mostTurns: 12, patienceTurns: 3, gain: 0.03 };
const TARGETS = { p50Ms: 3, p99Ms: 10, firstMs: 5, rate: 0.9 };

interface Place {
  readonly url: string;
  readonly token: string;
}

const question = (text: string, more: object = {}): string =>
  JSON.stringify({ model: 'local-rules', messages: [{ role: 'user', content: text }], max_tokens: 400, ...more });

function ask({ url, token }: Place, body: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return fetch(`${url}/chat/completions`, { method: 'POST', headers, body });
}

/** What each of so many gives; each begins at its time, however long the others take. */
function atRate<T>(perSecond: number, seconds: number, one: (dueMs: number) => Promise<T>): Promise<T[]> {
  const beganMs = performance.now();
  const begin = async (index: number): Promise<T> => {
    const dueMs = beganMs + (index * 1_000) / perSecond;
    await pause(Math.max(0, dueMs - performance.now()));
    return one(dueMs);
  };
  return Promise.all(Array.from({ length: seconds * perSecond }, (_, index) => begin(index)));
}

/** Milliseconds of a call, from when it was due. */
async function call(place: Place, dueMs: number): Promise<number> {
  const answer = await ask(place, question('Where is my order? It was placed last Tuesday and has three parts.'));
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${place.url}: ${answer.status} ${text}`);
  return performance.now() - dueMs;
}

interface Streamed {
  readonly firstMs: number;
  /** Events of a second, from the first to the last. */
  readonly perSecond: number;
}

async function stream(place: Place, dueMs: number): Promise<Streamed> {
  const answer = await ask(place, question('[[slow 5]] [[tokens 200]]', { stream: true }));
  if (answer.status !== 200) throw new Error(`${place.url}: ${answer.status} ${await answer.text()}`);
  let [first, last, events] = [0, 0, 0];
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    last = performance.now();
    first ||= last;
    events += Buffer.from(chunk).toString().split('\n\n').length - 1;
  }
  return { firstMs: first - dueMs, perSecond: (events * 1_000) / (last - first) };
}

async function compare(stack: AsyncDisposableStack): Promise<boolean> {
  const { url, token, modelUrl } = await openModelPlace(stack);
  await send('POST', `${url}/v1/budgets`, token, { name: 'Everything', limit: '1000.00' });
  const direct = { url: modelUrl, token: 'none' };
  const guarded = { url: `${url}/v1`, token };
  for (const place of [direct, guarded]) {
    await warmUp(place);
    await atRate(STREAMS.perSecond, WARM_UP.turnS, (dueMs) => stream(place, dueMs));
  }
  const calls = await inTurns({ direct, guarded }, CALLS, call);
  const streams = await inTurns({ direct, guarded }, STREAMS, stream);
  return report(calls, streams);
}

/** Calls until the median has not fallen any more for some turns. */
async function warmUp(place: Place): Promise<void> {
  const p50s: number[] = [];
  let [bestMs, bestTurn] = [Number.POSITIVE_INFINITY, 0];
  for (let turn = 0; turn < WARM_UP.mostTurns && turn - bestTurn < WARM_UP.patienceTurns; turn += 1) {
    const p50Ms = median(await atRate(CALLS.perSecond, WARM_UP.turnS, (dueMs) => call(place, dueMs)));
    p50s.push(p50Ms);
    if (p50Ms < bestMs * (1 - WARM_UP.gain)) [bestMs, bestTurn] = [p50Ms, turn];
  }
  console.log(`warm after ${p50s.length * WARM_UP.turnS} s: medians ${p50s.map((ms) => ms.toFixed(2)).join(', ')} ms`);
}

type Both<T> = Readonly<Record<'direct' | 'guarded', T>>;

/** What both gave, a list for each turn. */
async function inTurns<T>(
  places: Both<Place>,
  { perSecond, turnS, turns }: typeof CALLS,
  one: (place: Place, dueMs: number) => Promise<T>,
): Promise<Both<readonly T[]>[]> {
  const found: Both<readonly T[]>[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const direct = await atRate(perSecond, turnS, (dueMs) => one(places.direct, dueMs));
    found.push({ direct, guarded: await atRate(perSecond, turnS, (dueMs) => one(places.guarded, dueMs)) });
  }
  return found;
}

function report(calls: readonly Both<readonly number[]>[], streams: readonly Both<readonly Streamed[]>[]): boolean {
  const added = (share: number): number[] =>
    calls.map(({ direct, guarded }) => quantile(guarded, share) - quantile(direct, share));
  const middle = (some: readonly Streamed[], fact: keyof Streamed): number => median(some.map((one) => one[fact]));
  const [p50s, p99s] = [added(0.5), added(0.99)];
  const firsts = streams.map(({ direct, guarded }) => middle(guarded, 'firstMs') - middle(direct, 'firstMs'));
  const rates = streams.map(({ direct, guarded }) => middle(guarded, 'perSecond') / middle(direct, 'perSecond'));
  const [p50Ms, p99Ms, firstMs, rate] = [median(p50s), median(p99s), median(firsts), median(rates)];
  const most = (name: string, ratio: number, target: number, runs: readonly number[]) => {
    return { name, ratio, unit: 'ms', target, met: ratio <= target, runs };
  };
  const found = [
    most('added to a call, median', p50Ms, TARGETS.p50Ms, p50s),
    most('added to a call, 99 of 100', p99Ms, TARGETS.p99Ms, p99s),
    most('added to the first token', firstMs, TARGETS.firstMs, firsts),
    {
      name: 'rate of tokens',
      ratio: rate,
      unit: 'times',
      target: TARGETS.rate,
      met: rate >= TARGETS.rate,
      runs: rates,
    },
  ];
  record(
    'completions',
    found.map((one) => ({ ...one, baseline: 'the stand-in itself' })),
  );
  for (const { name, ratio, unit, target, met, runs } of found) {
    const turns = runs.map((one) => one.toFixed(2)).join(', ');
    console.log(`${name}: ${ratio.toFixed(2)} ${unit} (target ${target}${met ? '' : ', MISSED'}; turns ${turns})`);
  }
  return found.every(({ met }) => met);
}

await using stack = new AsyncDisposableStack();
process.exitCode = (await compare(stack)) ? 0 : 1;
