import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { formatNanos, parseNanos } from '@tenantry/kernel';
import { SERVICE_NODE_OPTIONS } from '@tenantry/local';
import { send } from './instance/client.js';
import { openModelPlace } from './instance/model-place.js';
import { quantile } from './measure/quantile.js';
import { record } from './measure/record.js';
import { residentMib } from './measure/resident.js';

/**
 * A thousand answers of a model that are read at the same time, of one tenant and through one gateway: what memory Tenantry takes with them (its
 * process, by the options of Node that a container has, and nats-server, without Postgres and the stand-in), and whether each ends whole and is paid once. The stand-in says a token each second, and
 * goes on for long enough that all are open at once.
 */
const STREAMS = 1_000;
const BEGUN_PER_SECOND = 50;
const TOKENS = 40;
const BETWEEN_TOKENS_MS = 1_000;
const TARGET_MIB = 512;
const SETTLED_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 250;

interface Stream {
  firstMs: number | null;
  tokens: number;
  isDone: boolean;
  costNanos: bigint;
}

interface Place {
  readonly url: string;
  readonly token: string;
  readonly agent: Agent;
}

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
  readonly tenantry?: { readonly cost: string };
}

/** Counts what a piece of the stream says; answers what is left of it for the next. */
function take(stream: Stream, text: string): string {
  const events = text.split('\n\n');
  for (const event of events.slice(0, -1)) {
    const data = event.slice('data: '.length);
    if (data === '[DONE]') stream.isDone = true;
    else {
      const { choices, tenantry } = JSON.parse(data) as Chunk;
      if (choices[0]?.delta.content) stream.tokens += 1;
      if (tenantry) stream.costNanos = parseNanos(tenantry.cost, 'cost');
    }
  }
  return events.at(-1)!;
}

/** Reads one answer to its end, however it ends. */
function follow({ url, token, agent }: Place, stream: Stream): Promise<void> {
  const beganMs = performance.now();
  const body = JSON.stringify({
    ...{ model: 'local-rules', max_tokens: TOKENS * 2, stream: true, stream_options: { include_usage: true } },
    messages: [{ role: 'user', content: `[[slow ${BETWEEN_TOKENS_MS}]] [[tokens ${TOKENS}]]` }],
  });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return new Promise((resolve) => {
    const sent = request(`${url}/v1/chat/completions`, { method: 'POST', agent, headers }, (answer) => {
      let rest = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        stream.firstMs ??= performance.now() - beganMs;
        rest = answer.statusCode === 200 ? take(stream, rest + text) : '';
      });
      answer.once('close', resolve);
    });
    sent.once('error', () => resolve());
    sent.end(body);
  });
}

interface Budget {
  readonly id: string;
  readonly held: string;
  readonly spent: string;
}

/** What was spent in nano-USD, once nothing is held any more. @throws Error when something still is after a minute */
async function settled({ url, token }: Place, { id }: Budget): Promise<bigint> {
  const untilMs = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const { held, spent } = await send<Budget>('GET', `${url}/v1/budgets/${id}`, token);
    if (Number(held) === 0) return parseNanos(spent, 'spent');
    if (performance.now() > untilMs) throw new Error(`${held} USD are still held a minute after the last stream ended`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Begins all streams at their times, and looks at the memory until the last has ended. */
async function openAll(
  place: Place,
  pid: number,
): Promise<{ streams: readonly Stream[]; openAtOnce: number; mostMib: number }> {
  const streams = Array.from({ length: STREAMS }, (): Stream => ({
    firstMs: null,
    tokens: 0,
    isDone: false,
    costNanos: 0n,
  }));
  let [open, openAtOnce, mostMib, ended] = [0, 0, 0, 0];
  const begin = async (stream: Stream, index: number): Promise<void> => {
    await pause((index * 1_000) / BEGUN_PER_SECOND);
    open += 1;
    await follow(place, stream);
    open -= 1;
    ended += 1;
  };
  const all = Promise.all(streams.map(begin));
  while (ended < STREAMS) {
    await pause(LOOK_EVERY_MS);
    openAtOnce = Math.max(openAtOnce, streams.filter(({ firstMs, isDone }) => firstMs !== null && !isDone).length);
    if (open > STREAMS / 2) mostMib = Math.max(mostMib, residentMib(pid));
  }
  await all;
  return { streams, openAtOnce, mostMib };
}

async function measure(stack: AsyncDisposableStack): Promise<boolean> {
  const { url, pid, token } = await openModelPlace(stack, { nodeOptions: SERVICE_NODE_OPTIONS });
  const agent = new Agent({ keepAlive: true });
  stack.defer(() => agent.destroy());
  const place = { url, token, agent };
  const budget = await send<Budget>('POST', `${place.url}/v1/budgets`, token, { name: 'Everything', limit: '1000.00' });
  const beforeMib = residentMib(pid);
  const { streams, openAtOnce, mostMib } = await openAll(place, pid);
  const spentNanos = await settled(place, budget);
  return report({ streams, openAtOnce, beforeMib, mostMib, spentNanos });
}

interface Found {
  readonly streams: readonly Stream[];
  readonly openAtOnce: number;
  readonly beforeMib: number;
  readonly mostMib: number;
  readonly spentNanos: bigint;
}

function report({ streams, openAtOnce, beforeMib, mostMib, spentNanos }: Found): boolean {
  const broken = streams.filter(({ tokens, isDone }) => !isDone || tokens !== TOKENS).length;
  const toldNanos = streams.reduce((sum, { costNanos }) => sum + costNanos, 0n);
  const isWhole = broken === 0 && openAtOnce === STREAMS && toldNanos === spentNanos;
  const met = mostMib <= TARGET_MIB && isWhole;
  const [told, spent] = [formatNanos(toldNanos), formatNanos(spentNanos)];
  const firstMs = streams.map((one) => one.firstMs ?? Number.POSITIVE_INFINITY);
  const runs = [{ beforeMib, mostMib, openAtOnce, broken, told, spent }];
  const memory = {
    name: `resident memory with ${STREAMS} open streams`,
    ratio: mostMib,
    unit: 'MiB',
    target: TARGET_MIB,
  };
  const added = { name: 'of it, what the streams add', ratio: mostMib - beforeMib, unit: 'MiB', met: true };
  record('streams', [
    { ...memory, met, errors: broken, runs, p50Ms: quantile(firstMs, 0.5), p99Ms: quantile(firstMs, 0.99) },
    added,
  ]);
  console.log(
    `${openAtOnce} of ${STREAMS} streams open at once, ${broken} not whole; ${spent} USD spent, ${told} by what the answers say${isWhole ? '' : ' (MISSED)'}`,
  );
  console.log(
    `memory: ${beforeMib.toFixed(0)} MiB before, ${mostMib.toFixed(0)} MiB at most (target ${TARGET_MIB}${met ? '' : ', MISSED'})`,
  );
  console.log(`first token: p50 ${quantile(firstMs, 0.5).toFixed(1)} ms, p99 ${quantile(firstMs, 0.99).toFixed(1)} ms`);
  return met;
}

await using stack = new AsyncDisposableStack();
process.exitCode = (await measure(stack)) ? 0 : 1;
