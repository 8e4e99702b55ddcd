import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@tenantry/kernel';

/** Between the tries, in milliseconds: together longer than a lost session, or a restart of the database, takes. */
const PAUSES_MS = [0, 100, 500, 2_000];

/** Does again what the database could not take just now. For what nobody else knows, and may be done twice. @throws the last try's error */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault && error.reason === 'unavailable')) throw error;
      await pause(pauseMs);
    }
  }
  return work();
}
