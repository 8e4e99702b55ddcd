import { operations } from '@tenantry/contracts';
import { regressions } from './regressions.js';
import { tryCase } from './try-case.js';
import type { World } from './world.js';

/** Sends every case that once failed. @returns what is wrong with those that fail again */
export async function replayAll(world: World): Promise<string[]> {
  const failed: string[] = [];
  for (const { case: one } of regressions()) {
    const operation = operations.find(({ name }) => name === one.operation);
    if (!operation) continue; // it is gone, and so is what was wrong with it
    await tryCase(world, operation, one).catch((error: unknown) => {
      failed.push(`${one.operation} fails again: ${String(error)}\n  ${JSON.stringify(one)}`);
    });
  }
  return failed;
}
