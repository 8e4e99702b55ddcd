import { mutantsOf } from '../infra/verify/src/mutants.fixture.js';
import { openGround } from '../infra/verify/src/proving-ground.fixture.js';
import { services } from './services.js';

/** Plants every hole, one at a time, and prints which of them verify finds. */
const gateway = services.find(({ name }) => name === 'gateway')!;
await using ground = await openGround(services);
let wrong = 0;
const mutants = mutantsOf(gateway);
for (const { name, plant, only, sections, heldBy } of mutants) {
  const startedMs = performance.now();
  const close = await plant(ground);
  const { failed } = await ground.verification.attack({ only, sections }).finally(close);
  const isRight = failed.length > 0 === (heldBy === undefined);
  if (!isRight) wrong += 1;
  const first = failed[0] && `${failed[0].subject}: ${failed[0].attack}, ${failed[0].seen}`;
  const outcome =
    failed.length > 0 ? `found by ${failed.length}, first ${first}` : `held by ${heldBy ?? 'nobody knows what'}`;
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(`${isRight ? '✓' : '✗'} ${name}: ${outcome} (${seconds} s)`);
}
console.log(`${mutants.length - wrong} of ${mutants.length} as expected`);
process.exitCode = wrong === 0 ? 0 : 1;
