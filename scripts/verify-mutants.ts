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
/** Whoever signed in is signed in for ten minutes, and an expired token would be taken for every hole. */
const RENEW_MS = 180_000;

await using ground = await openGround(services);
await assertNoHole();
let wrong = 0;
const planted = [...mutantsOf(gateway), ...(values.all ? await generatedMutants(ground, gateway) : [])];
const mutants = planted.filter(({ name }) => new RegExp(values.only).test(name));
let renewedMs = performance.now();
for (const { name, plant, only, sections, heldBy } of mutants) {
  const startedMs = performance.now();
  if (startedMs - renewedMs > RENEW_MS) {
    await ground.renew();
    renewedMs = startedMs;
  }
  const close = await plant(ground);
  const { failed } = await ground.verification.attack({ only, sections }).finally(close);
  const isRight = failed.length > 0 === (heldBy === undefined);
  if (!isRight) wrong += 1;
  const [one] = failed.toSorted((a, b) => Number(isControl(a)) - Number(isControl(b)));
  const first = one && `${one.subject}: ${one.attack}, ${one.seen}`;
  const outcome =
    failed.length > 0 ? `found by ${failed.length}, first ${first}` : `held by ${heldBy ?? 'nobody knows what'}`;
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(`${isRight ? '✓' : '✗'} ${name}: ${outcome} (${seconds} s)`);
}
await ground.renew();
await assertNoHole();
console.log(`${mutants.length - wrong} of ${mutants.length} as expected`);
process.exitCode = wrong === 0 ? 0 : 1;

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
