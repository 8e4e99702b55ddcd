import { setImmediate as turn } from 'node:timers/promises';
import { latenciesOf } from './latency.js';
import { atRate, perSecond } from './load.js';

const STALL_MS = 200;

/** Holds the whole thread up, as a pause of the garbage collector does. */
function stall(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS);
}

describe('atRate', () => {
  it('counts a stall for everybody who was due meanwhile, not only for who was there', async () => {
    const { latenciesMs, lateMs } = await atRate(100, 400, async (i) => {
      if (i === 0) stall();
      await turn();
    });
    expect(latenciesMs).toHaveLength(40);
    // Due 10, 20, … 100 ms after the one that stalled for 200.
    expect(latenciesMs.filter((ms) => ms >= STALL_MS / 2 - 1).length).toBeGreaterThanOrEqual(10);
    expect(lateMs.filter((ms) => ms >= STALL_MS / 2 - 1).length).toBeGreaterThanOrEqual(9);
  });

  it('starts what is due although nothing before it was answered', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const started: number[] = [];
    const { latenciesMs } = await atRate(1_000, 20, (i) => {
      started.push(i);
      if (i === 19) resolve();
      return promise;
    });
    expect(started).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(latenciesMs).toHaveLength(20);
  });

  it('counts what failed, says why, and takes none of it for an answer', async () => {
    const failing = async (i: number): Promise<void> => {
      await turn();
      if (i % 2 === 0) throw new Error(`no ${i}`);
    };
    const { latenciesMs, errors, firstError } = await atRate(1_000, 10, failing);
    expect([latenciesMs.length, errors, firstError]).toEqual([5, 5, 'Error: no 0']);
  });

  it('gives up when what it measures does not keep up', async () => {
    const never = new Promise<void>(() => undefined);
    await expect(atRate(1_000_000, 1_000, () => never)).rejects.toThrow('5000 are unanswered');
  });
});

describe('latenciesOf', () => {
  it('asks each way for 30 % of what it can do, in turns', async () => {
    const order: string[] = [];
    const way = (name: string, capacityPerS: number) => ({
      ...{ name, capacityPerS },
      work: async (i: number) => {
        if (i === 0) order.push(name);
        await turn();
      },
    });
    const [slow, quick] = await latenciesOf([way('slow', 10_000), way('quick', 20_000)], { runs: 2, runMs: 10 });
    expect(order).toEqual(['slow', 'quick', 'slow', 'quick']);
    expect([slow?.perSecond, quick?.perSecond]).toEqual([3_000, 6_000]);
    expect([slow?.errors, slow?.runs.length]).toEqual([0, 2]);
  });
});

describe('perSecond', () => {
  it('has no more in flight than it was told', async () => {
    let [inFlight, most] = [0, 0];
    await perSecond(
      async () => {
        most = Math.max(most, ++inFlight);
        await turn();
        inFlight -= 1;
      },
      3,
      20,
    );
    expect(most).toBe(3);
  });
});
