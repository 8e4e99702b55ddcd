import { createHash } from 'node:crypto';
import type { Operation } from '@tenantry/contracts';
import fc from 'fast-check';
import { caseOf, type Case } from './case.js';
import type { RawAnswer } from './http.js';
import { hostileCase, withHeader } from './hostile.js';
import { nearInput } from './near.js';
import { hostileRows, validRows } from './rows.js';
import { tryCase } from './try-case.js';
import { validInput } from './valid.js';
import { isExpectedToSucceed } from './words.js';
import type { World } from './world.js';

/** How much is tried. */
export interface RunOptions {
  readonly seed: number;
  /** Cases of each kind for each operation. */
  readonly runs: number;
  readonly operations: readonly Operation[];
}

/** A case that broke a property, as small as it could be made. */
export interface Failure {
  readonly seed: number;
  readonly reason: string;
  readonly case: Case;
}

/** What became of an operation's cases. */
export interface Tally {
  readonly operation: string;
  runs: number;
  valid: number;
  /** Valid ones that got a 2xx. */
  succeeded: number;
  refused: number;
  unavailable: number;
  readonly failures: Failure[];
}

/** The least share of valid inputs that must succeed. */
const LEAST_SUCCESS = 0.3;
/** Making a failing case smaller ends after this time. */
const SHRINK_MS = 15_000;
const REASON_CHARS = 2_000;

/** Tries every operation with every kind of input, one case after the other; tells each operation's tally as it is done. */
export async function* run(world: World, { seed, runs, operations }: RunOptions): AsyncGenerator<Tally> {
  for (const operation of operations) {
    const tally: Tally = emptyTally(operation.name);
    for (const [kind, cases] of Object.entries(casesOf(operation))) {
      const failure = await check(world, operation, cases, { seed: seedOf(seed, operation, kind), runs, tally });
      if (failure) tally.failures.push(failure);
    }
    yield tally;
  }
}

/** Whether enough of an operation's valid inputs got through, where its service has words for them. */
export function succeedsEnough(operation: Operation, { valid, succeeded }: Tally): boolean {
  return !isExpectedToSucceed(operation) || succeeded >= valid * LEAST_SUCCESS;
}

/** Nothing tried yet. */
export const emptyTally = (operation: string): Tally => ({
  operation,
  runs: 0,
  valid: 0,
  succeeded: 0,
  refused: 0,
  unavailable: 0,
  failures: [],
});

/** Adds what became of further cases of the same operation. */
export function merge(into: Tally, more: Tally): void {
  for (const counter of ['runs', 'valid', 'succeeded', 'refused', 'unavailable'] as const)
    into[counter] += more[counter];
  into.failures.push(...more.failures);
}

function casesOf(operation: Operation): Readonly<Record<string, fc.Arbitrary<Case>>> {
  if (operation.http!.custom && (operation.service === 'data' || operation.name === 'Mcp'))
    return { valid: validRows(operation), hostile: hostileRows(operation) };
  if (operation.name === 'ReceiveStripeEvent') return { hostile: hostileCase(operation) }; // nobody here can sign
  return {
    valid: validCase(operation),
    near: nearInput(operation).map(({ input, field }) => caseOf(operation, 'near', input, field)),
    hostile: hostileCase(operation),
  };
}

function validCase(operation: Operation): fc.Arbitrary<Case> {
  const plain = validInput(operation).map((input) => caseOf(operation, 'valid', input));
  return operation.idempotent ? fc.oneof(plain, plain.map(withHeader('idempotency-key', '{{fresh.key}}'))) : plain;
}

/** A new operation changes nothing for the others. */
function seedOf(seed: number, { name }: Operation, kind: string): number {
  return createHash('sha256').update(`${seed} ${name} ${kind}`).digest().readInt32BE();
}

async function check(
  world: World,
  operation: Operation,
  cases: fc.Arbitrary<Case>,
  { seed, runs, tally }: { seed: number; runs: number; tally: Tally },
): Promise<Failure | null> {
  const property = fc.asyncProperty(cases, async (one) => {
    count(tally, one, await tryCase(world, operation, one));
  });
  const details = await fc.check(property, { seed, numRuns: runs, interruptAfterTimeLimit: SHRINK_MS + runs * 300 });
  if (!details.failed || !details.counterexample) return null;
  const reason = String(details.errorInstance instanceof Error ? details.errorInstance.message : details.errorInstance);
  return { seed, reason: reason.slice(0, REASON_CHARS), case: details.counterexample[0] };
}

function count(tally: Tally, { kind }: Case, { status }: RawAnswer): void {
  tally.runs += 1;
  if (status === 503) tally.unavailable += 1;
  else if (status >= 400) tally.refused += 1;
  if (kind !== 'valid') return;
  tally.valid += 1;
  if (status < 300) tally.succeeded += 1;
}
