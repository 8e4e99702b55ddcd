import { setTimeout as delay } from 'node:timers/promises';
import type { Dice } from './dice.js';
import type { Fault } from './faults.js';
import { TABLE, Writer } from './load.js';
import { Sagas } from './sagas.js';
import { settle, type Settled } from './settle.js';
import type { System } from './system.js';
import { makeTenants, type Tenant } from './tenant.js';
import { Watch, type Counts } from './watch.js';

const WRITERS_A_TENANT = 3;
const RECOVERY_PATIENCE_MS = 60_000;
const PROBE_EVERY_MS = 25;
/** The load runs undisturbed before each fault. */
const CALM_MS = [500, 2_000] as const;

/** What one fault did. */
export interface Shaken {
  readonly fault: string;
  /** From breaking the part until it was there again. */
  readonly brokenMs: number;
  /** From then until both tenants could read and write again; null when they could not in time. */
  readonly recoveredMs: number | null;
  readonly counts: Counts;
}

/** What became of a run. */
export interface ChaosReport extends Settled {
  readonly shaken: readonly Shaken[];
  readonly tenants: { readonly active: number; readonly failed: number };
}

/** Puts the load on a system, breaks one part after the other, and compares in the end. `tell` hears of each fault. */
export async function shake(
  system: System,
  faults: Iterable<Fault>,
  dice: Dice,
  tell: (shaken: Shaken) => void = () => undefined,
): Promise<ChaosReport> {
  const staff = await system.signInAsStaff();
  const tenants = await makeTenants(staff);
  const watch = new Watch();
  const sagas = new Sagas(staff, watch);
  const stop = new AbortController();
  const load = Promise.allSettled([
    ...tenants.flatMap((tenant) => writersOf(tenant, dice, watch).map((writer) => writer.work(stop.signal))),
    sagas.work(stop.signal),
  ]);
  const shaken: Shaken[] = [];
  try {
    for (const fault of faults) {
      await delay(dice.between(...CALM_MS));
      const one = await breakOnce(system, fault, { dice, watch, tenants });
      shaken.push(one);
      tell(one);
      if (one.recoveredMs === null) break;
    }
  } finally {
    stop.abort();
    const giveUp = setTimeout(() => (watch.isOver = true), RECOVERY_PATIENCE_MS);
    const ends = await load;
    clearTimeout(giveUp);
    for (const end of ends) if (end.status === 'rejected') watch.blame(String(end.reason));
  }
  const settled = await settle(system, tenants, sagas);
  const problems = [...watch.problems, ...settled.problems];
  return { ...settled, problems, shaken, tenants: await sagas.outcome(system) };
}

function writersOf(tenant: Tenant, dice: Dice, watch: Watch): Writer[] {
  const names = Array.from({ length: WRITERS_A_TENANT }, (_, index) => `${tenant.slug}-w${index + 1}`);
  return names.map((name) => new Writer(tenant, name, dice.fork(), watch));
}

interface Stage {
  readonly dice: Dice;
  readonly watch: Watch;
  readonly tenants: readonly Tenant[];
}

async function breakOnce(system: System, fault: Fault, { dice, watch, tenants }: Stage): Promise<Shaken> {
  watch.take();
  const brokenAtMs = performance.now();
  await fault.inject(system, dice).catch((error: Error) => watch.blame(`${fault.name}: ${error.message}`));
  const mendedAtMs = performance.now();
  const recovered = await Promise.all(tenants.map((tenant) => awaitWrite(tenant, watch, mendedAtMs)));
  const recoveredMs = recovered.every(Boolean) ? performance.now() - mendedAtMs : null;
  if (recoveredMs === null) watch.blame(`${fault.name}: no recovery within ${RECOVERY_PATIENCE_MS / 1_000} s`);
  return { fault: fault.name, brokenMs: mendedAtMs - brokenAtMs, recoveredMs, counts: watch.take() };
}

/** Whether a tenant could write and read again in time. The write changes no row, so that it is in nobody's ledger. */
async function awaitWrite({ owner }: Tenant, watch: Watch, fromMs: number): Promise<boolean> {
  const nobody = `/rest/v1/${TABLE}?token=eq.nobody`;
  while (performance.now() < fromMs + RECOVERY_PATIENCE_MS) {
    const written = await watch.ask(owner, 'PATCH', nobody, { body: { amount: 0 } });
    if (written && (await watch.ask(owner, 'GET', nobody))) return true;
    await delay(PROBE_EVERY_MS);
  }
  return false;
}
