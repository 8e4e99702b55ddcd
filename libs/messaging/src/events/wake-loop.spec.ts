import { setTimeout as pause } from 'node:timers/promises';
import { silentLog } from '../bus/log.js';
import { WakeLoop } from './wake-loop.js';

const PACE_MS = 20;
const WAKES = 60;

describe('A loop that is woken', () => {
  let wake: () => void;
  const started = async (step: () => Promise<'idle'>): Promise<WakeLoop> => {
    const loop = new WakeLoop(step, silentLog);
    await loop.start((call) => {
      wake = call;
      return Promise.resolve({ close: () => Promise.resolve() });
    });
    return loop;
  };

  it('steps fifty times a second at most, however often it is woken', async () => {
    let steps = 0;
    const beganMs = performance.now();
    const loop = await started(() => Promise.resolve(((steps += 1), 'idle')));
    for (let woken = 0; woken < WAKES; woken += 1) {
      wake();
      await pause(1);
    }
    await loop.stop();
    expect(steps).toBeGreaterThan(1);
    expect(steps).toBeLessThanOrEqual((performance.now() - beganMs) / PACE_MS + 1);
  });

  it('steps again for whoever woke it during a step, before it stops being busy', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let steps = 0;
    const loop = await started(async () => {
      steps += 1;
      gates[steps - 1]?.resolve();
      if (steps === 1) wake();
      return 'idle';
    });
    await Promise.all(gates.map(({ promise }) => promise));
    await loop.stop();
    expect(steps).toBe(2);
  });
});
