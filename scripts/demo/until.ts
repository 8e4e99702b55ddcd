import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
const ASK_EVERY_MS = 100;

/** What was just changed is everywhere within a second. @throws Error with the last answer when it is still refused */
export async function soon<T extends { status: number; body: unknown }>(ask: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer.status < 300) return answer;
    if (performance.now() > deadlineMs) throw new Error(`still ${answer.status}: ${JSON.stringify(answer.body)}`);
    await sleep(ASK_EVERY_MS);
  }
}

/** What a look finds within some seconds; undefined when it does not. */
export async function untilFound<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined || performance.now() > deadlineMs) return found;
    await sleep(ASK_EVERY_MS);
  }
}
