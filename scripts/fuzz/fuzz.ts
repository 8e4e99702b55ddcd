import { parseArgs } from 'node:util';
import { operations, type Operation } from '@tenantry/contracts';
import { replayAll } from './replay.js';
import { keep } from './regressions.js';
import { tryImports } from './run-imports.js';
import { emptyTally, merge, run, succeedsEnough, type Tally } from './run.js';
import { printSummary } from './summary.js';
import { lookAtB } from './unchanged.js';
import { World } from './world.js';

/**
 * `npm run fuzz [-- --seed N --runs N --operation Name,Name]` starts a system of its own, sends it the cases that once failed
 * and then new ones, and prints what became of them. Ends with 1 when anything failed; failing cases are kept.
 */
const { values } = parseArgs({
  options: { seed: { type: 'string' }, runs: { type: 'string' }, operation: { type: 'string' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const runs = Number(values.runs ?? 40);
const names = values.operation?.split(',');
const wanted = operations.filter(({ http, name }) => http && (!names || names.includes(name)));
const unknown = (names ?? []).filter((name) => !wanted.some((one) => one.name === name));
if (unknown.length > 0 || !Number.isInteger(seed) || !(runs > 0)) {
  console.error(`fuzz: there is no operation ${unknown.join(', ')} with an address, or a number is none`);
  process.exit(1);
}

/** A tenant has at most 500 tables, so a system is used for so many cases of each kind and then replaced. */
const RUNS_A_WORLD = Math.max(8, Math.floor(160 / wanted.length));

const tallies = new Map(wanted.map(({ name }) => [name, emptyTally(name)]));
const troubles: string[] = [];
for (let round = 0; round * RUNS_A_WORLD < runs; round++) {
  const left = Math.min(RUNS_A_WORLD, runs - round * RUNS_A_WORLD);
  console.log(`seed ${seed + round}: ${left} cases of each kind for ${wanted.length} operations`);
  await tryWorld(wanted, { seed: seed + round, runs: left });
}
const failures = [...tallies.values()].flatMap((tally) => tally.failures);
const added = keep(failures);
printSummary(wanted, tallies);
for (const trouble of troubles) console.log(trouble);
const low = wanted.filter((operation) => !succeedsEnough(operation, tallies.get(operation.name)!));
for (const { name } of low)
  console.log(`${name}: too few valid inputs succeed; give words for its fields in scripts/fuzz/words.ts`);
console.log(`${failures.length} failures, ${added} of them new and kept in scripts/fuzz/regressions.json`);
process.exitCode = failures.length + troubles.length + low.length > 0 ? 1 : 0;

async function tryWorld(tried: readonly Operation[], options: { seed: number; runs: number }): Promise<void> {
  await using world = await World.open();
  const before = await lookAtB(world);
  troubles.push(...(await replayAll(world)), ...(await tryImports(world, options)));
  for await (const tally of run(world, { ...options, operations: tried })) report(tally);
  if ((await lookAtB(world)) !== before) troubles.push(`seed ${options.seed}: tenant B was changed`);
}

/** @throws Error when the system is gone: every further case would fail for that alone */
function report(tally: Tally): void {
  const isGone = tally.failures.find(({ reason }) => reason.includes('ECONNREFUSED'));
  if (isGone) throw new Error(`the system ended during ${tally.operation}: ${JSON.stringify(isGone.case)}`);
  merge(tallies.get(tally.operation)!, tally);
  for (const { reason, case: one } of tally.failures)
    console.log(`✗ ${tally.operation}: ${reason.slice(0, 600)}\n  ${JSON.stringify(one).slice(0, 600)}`);
}
