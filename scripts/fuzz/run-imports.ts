import fc from 'fast-check';
import { faultyImports, tryImport } from './imports.js';
import type { World } from './world.js';

/** Tries imports with one row wrong. @returns what is wrong, if anything */
export async function tryImports(world: World, { seed, runs }: { seed: number; runs: number }): Promise<string[]> {
  const property = fc.asyncProperty(faultyImports, (one) => tryImport(world, one));
  const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns: runs });
  return failed ? [`a faulty import, seed ${seed}: ${String(errorInstance)}\n  ${JSON.stringify(counterexample)}`] : [];
}
