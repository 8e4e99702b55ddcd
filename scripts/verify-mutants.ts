import { parseArgs } from 'node:util';
import { mutantsOf, type Mutant } from '../infra/verify/src/mutants.fixture.js';
import { generatedMutants } from '../infra/verify/src/generated-mutants.fixture.js';
import { openGround } from '../infra/verify/src/proving-ground.fixture.js';
import type { Outcome } from '../infra/verify/src/report/outcome.js';
import { services } from './services.js';

/**
 * Plants holes, one at a time, and prints which of them verify finds; `--all` also one for each table, permission and user of the bus that
 * there is (about an hour), `--only` those whose names match, `--from` those from this number on, for a run that was ended.
 */
const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    from: { type: 'string', default: '1' },
  },
});
const gateway = services.find(({ name }) => name === 'gateway')!;
/** Longer than a hole is there: whoever can't sign in again because of it would be taken for having found it. */
const FRESH_MS = 120_000;

await using ground = await openGround(services);
await assertNoHole();
let wrong = 0;
const planted = [...mutantsOf(gateway), ...(values.all ? await generatedMutants(ground, gateway) : [])];
const wanted = planted.filter(({ name }) => new RegExp(values.only).test(name));
const first = Number(values.from);
if (!(first >= 1 && first <= wanted.length)) throw new Error(`--from is a number from 1 to ${wanted.length}`);
const mutants = wanted.slice(first - 1);
for (const [index, mutant] of mutants.entries()) {
  const startedMs = performance.now();
  const { failed, trouble } = await attackWith(mutant);
  const isRight = trouble === null && failed.length > 0 === (mutant.heldBy === undefined);
  if (!isRight) wrong += 1;
  const [one] = failed.toSorted((a, b) => Number(isControl(a)) - Number(isControl(b)));
  const example = one && `${one.subject}: ${one.attack}, ${one.seen}`;
  const found = failed.length > 0 ? `found by ${failed.length}, first ${example}` : null;
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(
    `${isRight ? '✓' : '✗'} ${first + index} of ${wanted.length}, ${mutant.name}: ${trouble ?? found ?? `held by ${mutant.heldBy ?? 'nobody knows what'}`} (${seconds} s)`,
  );
}
await ground.verification.freshen(FRESH_MS);
await assertNoHole();
console.log(`${mutants.length - wrong} of ${mutants.length} as expected`);
process.exitCode = wrong === 0 ? 0 : 1;

/** What fails when a hole is made or closed is the mutant's trouble, and not the end of all others. */
async function attackWith(mutant: Mutant): Promise<{ failed: readonly Outcome[]; trouble: string | null }> {
  await ground.verification.freshen(FRESH_MS);
  try {
    const close = await mutant.plant(ground);
    const { failed } = await ground.verification.attack(mutant).finally(close);
    return { failed, trouble: null };
  } catch (error) {
    return { failed: [], trouble: `was not planted or not closed: ${String(error)}` };
  }
}

/** What does not hold without any hole would be found with every one. */
async function assertNoHole(): Promise<void> {
  const { failed } = await ground.verification.attack({
    only: /^GetMyTenant$/,
    sections: ['http', 'sql', 'bus', 'leaks'],
  });
  const [first] = failed;
  if (first) throw new Error(`without any hole planted: ${first.subject}, ${first.attack}: ${first.seen}`);
}

function isControl({ attack }: { readonly attack: string }): boolean {
  return attack.startsWith('control');
}
