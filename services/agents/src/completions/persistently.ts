import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@tenantry/kernel';

/** Between the tries: together about a minute, longer than the database takes to come back after a crash. */
const PAUSES_MS: readonly number[] = [0, 100, 500, 2_000, 5_000, 10_000, 20_000, 20_000];

/** Does again what the database could not take just now. For what nobody else knows, and may be done twice. @throws the last try's error */
export async function persistently<T>(work: () => Promise<T>, pausesMs = PAUSES_MS): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault && error.reason === 'unavailable')) throw error;
      await pause(pauseMs);
    }
  }
  return work();
}
