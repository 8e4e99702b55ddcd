import type { LedgerEntry } from '@tenantry/service';
import { isTable } from '../erasure/erasure-plan.js';
import type { Person, PersonKey, PlanPlace, SubjectPlan } from '../places/plan.js';

/** What happens in one table. */
export interface KeptChoice {
  readonly table: string;
  readonly action: string;
  readonly reason: string | null;
}

/** An erasure that was begun: what it takes to carry it out again, and nothing else of the person. */
export interface ErasureTombstone {
  readonly kind: 'erasure';
  readonly tenantId: string;
  readonly erasureId: string;
  readonly requestId: string | null;
  readonly person: Person;
  readonly choices: readonly KeptChoice[];
  readonly plannedBy: string;
  readonly approvedBy: string;
  readonly begunAt: string;
}

/** An erasure that was refused before anything was erased: it is not to be carried out again. */
export interface WithdrawnTombstone {
  readonly kind: 'withdrawn';
  readonly tenantId: string;
  readonly erasureId: string;
}

/** An operator wants every erasure that the ledger has to be carried out again: rows came back in a way that the database does not show. */
export interface AgainTombstone {
  readonly kind: 'again';
  readonly at: string;
}

export type Tombstone = ErasureTombstone | WithdrawnTombstone | AgainTombstone;

/** The tombstone of an approved erasure. */
export function tombstoneOf(
  tenantId: string,
  { id, requestId, createdBy, approvedBy }: SubjectPlan,
  person: Person,
  places: readonly PlanPlace[],
  now: Date,
): ErasureTombstone {
  const choices = places
    .filter((place) => isTable(place) && place.facts.action !== null)
    .map(({ place, facts }) => ({ table: place, action: facts.action!, reason: facts.reason }));
  return {
    ...{ kind: 'erasure', tenantId, erasureId: id, requestId, person, choices },
    ...{ plannedBy: createdBy, approvedBy: approvedBy!, begunAt: now.toISOString() },
  };
}

/** An entry of the ledger that says an erasure was begun. */
export type ErasureEntry = LedgerEntry & { readonly said: ErasureTombstone };

/** The erasures that entries leave standing: begun, and not withdrawn since. Ids grow with time; places change when the ledger is sealed anew. */
export function standing(entries: readonly LedgerEntry[]): ErasureEntry[] {
  const begun = new Map<string, ErasureEntry>();
  for (const entry of entries.toSorted((one, other) => (one.id < other.id ? -1 : 1))) {
    const said = entry.said as Tombstone;
    if (said.kind === 'withdrawn') begun.delete(said.erasureId);
    if (said.kind === 'erasure') begun.set(said.erasureId, { ...entry, said });
  }
  return [...begun.values()];
}

/** Up to where a ledger was looked through, and what an operator wants of it. */
export interface LedgerMark {
  readonly ledger: string;
  readonly sequence: bigint;
  /** Erasures up to this entry are carried out again, unless they were since. */
  readonly againUntil: bigint | null;
  readonly againSince: Date | null;
}

/** The mark once entries up to a place were dealt with; an operator's wish sets it back to the beginning. */
export function markAfter(mark: LedgerMark, to: number, entries: readonly LedgerEntry[]): LedgerMark {
  const wish = entries.findLast(({ said }) => (said as Tombstone).kind === 'again');
  if (wish && BigInt(wish.sequence) > (mark.againUntil ?? 0n)) {
    const againSince = new Date((wish.said as AgainTombstone).at);
    return { ...mark, sequence: 0n, againUntil: BigInt(wish.sequence), againSince };
  }
  const isOver = mark.againUntil !== null && BigInt(to) >= mark.againUntil;
  return { ...mark, sequence: BigInt(to), ...(isOver ? { againUntil: null, againSince: null } : {}) };
}

const SEED = /^subject\[(\d+)\]/;

/** The person without the key that a table of the restored database does not know; undefined when the refusal is about something else. */
export function withoutRefusedKey(keys: readonly PersonKey[], field: string | undefined): PersonKey[] | undefined {
  const index = SEED.exec(field ?? '')?.[1];
  return index === undefined ? undefined : keys.filter((_, position) => position !== Number(index));
}
