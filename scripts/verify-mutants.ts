import { parseArgs } from 'node:util';
import { mutantsOf } from '../infra/verify/src/mutants.fixture.js';
import { generatedMutants } from '../infra/verify/src/generated-mutants.fixture.js';
import { openGround } from '../infra/verify/src/proving-ground.fixture.js';
import { services } from './services.js';

/**
 * Plants holes, one at a time, and prints which of them verify finds; `--all` also one for each table, permission and user of the bus that
 * there is (half an hour), `--only` those whose names match.
 */
const { values } = parseArgs({
  options: { all: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const gateway = services.find(({ name }) => name === 'gateway')!;
await using ground = await openGround(services);
const { failed: without } = await ground.verification.attack({
  only: /^GetMyTenant$/,
  sections: ['http', 'sql', 'bus', 'leaks'],
});
if (without.length > 0) {
  // A hole that is there already would be found with every other one.
  throw new Error(`without any hole planted, something does not hold: ${without[0]!.subject}, ${without[0]!.seen}`);
}
let wrong = 0;
const planted = [...mutantsOf(gateway), ...(values.all ? await generatedMutants(ground, gateway) : [])];
const mutants = planted.filter(({ name }) => new RegExp(values.only).test(name));
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
