import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * `npm run bench` runs every comparison, one after the other, each in a process of its own; `npm run bench -- door` runs one.
 * Each prints ratios to a baseline measured in the same run, and fails when a target is missed. `--full` has those that compare
 * latencies take a minute for each of their five runs.
 */
const COMPARE_LATENCIES: readonly string[] = ['door', 'neighbour', 'read', 'scale'];
const self = basename(import.meta.filename);
const known = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && name !== self)
  .map((name) => basename(name, '.ts'));
const { values: given, positionals: wanted } = parseArgs({
  options: { full: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`bench: there is no ${unknown.join(', ')}; choose from ${known.join(', ')}`);
  process.exit(1);
}
const missed: string[] = [];
for (const name of wanted.length > 0 ? wanted : known) {
  console.log(`\n${name}`);
  const args = given.full && COMPARE_LATENCIES.includes(name) ? ['--full'] : [];
  const program = [...process.execArgv, join(import.meta.dirname, `${name}.ts`), ...args];
  const { status } = spawnSync(process.execPath, program, { stdio: 'inherit' });
  if (status !== 0) missed.push(name);
}
console.log(missed.length > 0 ? `\nmissed or failed: ${missed.join(', ')}` : '\nall targets met');
process.exitCode = missed.length > 0 ? 1 : 0;
