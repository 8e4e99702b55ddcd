import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from './answer.js';

/** Sends an answer as server-sent events, one token an event. */
export async function sendStream(answer: Answer, response: ServerResponse, withUsage: boolean): Promise<void> {
  const { knobs } = answer;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  let sent = 0;
  for (const delta of deltasOf(answer)) {
    if (sent > 0 && knobs.betweenMs > 0) await pause(knobs.betweenMs);
    if (response.destroyed) return;
    if (knobs.cutAfter !== null && sent >= knobs.cutAfter) return cut(response);
    await send(response, chunk(answer, { delta, finish_reason: null }));
    sent += 1;
  }
  await send(response, chunk(answer, { delta: {}, finish_reason: answer.finishReason }));
  if (withUsage && !knobs.hidesUsage) await send(response, { ...head(answer), choices: [], usage: answer.usage });
  response.end('data: [DONE]\n\n');
}

/** Breaks off when what was sent has left. */
async function cut(response: ServerResponse): Promise<void> {
  await pause(10);
  response.destroy();
}

function* deltasOf({ tokens, calls, knobs }: Answer): Generator<object> {
  for (const [index, token] of (tokens ?? []).entries()) {
    yield index === 0 ? { role: 'assistant', content: token } : { content: token };
  }
  while (knobs.isEndless) yield { content: 'more' };
  for (const [index, call] of calls.entries()) {
    yield {
      tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } }],
    };
    for (const part of call.function.arguments.match(/.{1,8}/gs) ?? []) {
      yield { tool_calls: [{ index, function: { arguments: part } }] };
    }
  }
}

function head({ id, model }: Answer): object {
  return { id, object: 'chat.completion.chunk', created: 1_700_000_000, model };
}

function chunk(answer: Answer, choice: object): object {
  return { ...head(answer), choices: [{ index: 0, ...choice }] };
}

async function send(response: ServerResponse, event: object): Promise<void> {
  if (response.write(`data: ${JSON.stringify(event)}\n\n`) || response.destroyed) return;
  const gone = new AbortController();
  const stop = (): void => gone.abort();
  response.once('close', stop);
  await once(response, 'drain', { signal: gone.signal }).catch(() => undefined); // a reader that went away reads no more
  response.off('close', stop);
}
