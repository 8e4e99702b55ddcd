import type { Erasure, ErasurePlace } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { TableRecord } from '../data-map/data-map.js';
import {
  type FoundPlace,
  isOpen,
  newPlan,
  type Person,
  type PlanPlace,
  type PlanWish,
  type SubjectPlan,
} from '../places/plan.js';

/** What somebody wants to happen in one table. */
export interface ErasureChoice {
  readonly table: string;
  readonly action: string;
  readonly reason?: string | null;
}

/** What an erasure is planned with. */
export interface ErasureWish extends PlanWish {
  readonly choices: readonly ErasureChoice[];
}

/** What the services did, and what shows it. */
export interface ErasureResult {
  readonly rows?: ErasedRows;
  readonly services?: ErasedServices;
  readonly values?: ErasedValues;
  readonly certificate?: { readonly note: string; readonly key: string };
}

export interface ErasedRows {
  readonly places: readonly { readonly table: string; readonly action: string; readonly rows: string }[];
  readonly rows: string;
  readonly requestId: string;
  readonly erasedAt: string;
  readonly keys?: DestroyedKeys;
}

/** The person's keys that were destroyed: the ids of the first of them, and how many they were. */
export interface DestroyedKeys {
  readonly ids: readonly string[];
  readonly count: string;
}

/** What Tenantry's own services did. */
export interface ErasedServices {
  readonly places: readonly ErasedPlace[];
  /** How many changes of rows they announced in all. */
  readonly rows: string;
  /** Ids of the person's keys that they destroyed. */
  readonly keys?: readonly string[];
}

/** What was done in one place of a service. */
export interface ErasedPlace {
  readonly service: string;
  readonly place: string;
  readonly action: string;
  readonly rows: string;
}

export interface ErasedValues {
  readonly entries: string;
  readonly values: string;
  readonly erasedAt: string;
}

/** A new plan of an erasure; `subject` is still to be sealed. @throws Fault `invalid-input` for a choice that makes no sense */
export function openErasure(
  wish: ErasureWish,
  shape: string,
  found: readonly FoundPlace[],
  records: ReadonlyMap<string, TableRecord>,
): { plan: SubjectPlan; places: PlanPlace[] } {
  const { choices } = wish;
  assertChoices(choices, found);
  const decided = found.map((place) => decide(place, choices, records));
  const plan = newPlan('erasure', wish, shape, decided);
  const places = decided.map((place, position): PlanPlace => {
    const status = place.kind === 'task' ? 'waiting' : 'none';
    return { ...place, position, status, attempt: 0, collected: null, finding: null };
  });
  return { plan, places };
}

function assertChoices(choices: readonly ErasureChoice[], found: readonly FoundPlace[]): void {
  choices.forEach(({ table, action, reason }, index) => {
    if (!found.some((place) => isTable(place) && place.place === table)) {
      throw new Fault('invalid-input', {
        field: `choices[${index}].table`,
        detail: `The plan has no rows of the person in ${table}`,
      });
    }
    if (action === 'keep' && reason == null) {
      throw new Fault('invalid-input', {
        field: `choices[${index}].reason`,
        detail: 'Name the duty for which the rows are kept',
      });
    }
  });
}

/** Whether the place is a table of the tenant's or the product's with rows of the person: what people decide about. */
export function isTable({ service, kind }: Pick<FoundPlace, 'service' | 'kind'>): boolean {
  return service === 'data' && kind === 'rows';
}

/** What was chosen here, else what the data map says of the table, else what its declarations make of it. */
function decide(
  place: FoundPlace,
  choices: readonly ErasureChoice[],
  records: ReadonlyMap<string, TableRecord>,
): FoundPlace {
  if (!isTable(place)) return place;
  const choice = choices.find(({ table }) => table === place.place);
  if (choice) return { ...place, facts: { ...place.facts, action: choice.action, reason: choice.reason ?? null } };
  const record = records.get(place.place);
  return record
    ? { ...place, facts: { ...place.facts, action: record.eraseAction, reason: record.keepReason } }
    : place;
}

/** What the data service is told: `unlink` is what it does by itself where rows can be of several people. */
export function chosenPlaces(places: readonly PlanPlace[]): { table: string; action: string }[] {
  return places
    .filter(isTable)
    .flatMap(({ place, facts }) =>
      ['delete', 'mask', 'keep'].includes(facts.action ?? '') ? [{ table: place, action: facts.action! }] : [],
    );
}

/** @throws Fault `conflict` naming a table for which nobody chose yet */
export function assertDecided(places: readonly PlanPlace[]): void {
  const open = places.find((place) => isTable(place) && place.facts.action === 'manual');
  if (open) {
    throw new Fault('conflict', {
      detail: `Plan it again and choose what happens in ${open.place}: ${open.facts.reason ?? 'delete, mask or keep'}`,
    });
  }
}

const COPIES = { service: 'compliance', place: 'compliance.bundle_piece' } as const;

/** Copies of the person's data that were made before, as a place of a plan; none when there are none. */
export function copiesPlace(copies: number): FoundPlace[] {
  const facts = {
    columns: [],
    via: [],
    reveal: [],
    action: 'delete',
    reason: 'Copies of their data that were made before',
  };
  return copies === 0 ? [] : [{ ...COPIES, kind: 'mention', rows: BigInt(copies), facts }];
}

/** The same, done. */
export function copiesErased(copies: number): ErasedPlace[] {
  return copies === 0 ? [] : [{ ...COPIES, action: 'delete', rows: String(copies) }];
}

/** What of a plan has a result so far. */
export function resultOf({ result }: SubjectPlan): ErasureResult {
  return (result ?? {}) as ErasureResult;
}

/** Whether nobody has to do anything by hand any more. */
export function isCleared(places: readonly PlanPlace[]): boolean {
  return !places.some(isOpen);
}

/** An erasure for whoever may see it. */
export function erasureMessage(plan: SubjectPlan, person: Person, places: readonly PlanPlace[]): Erasure {
  return {
    id: plan.id,
    status: plan.status,
    subject: person.keys.map(({ table, value }) => ({ table, value })),
    email: person.email,
    userId: person.userId,
    repeats: plan.repeats,
    requestId: plan.requestId,
    digest: plan.digest,
    places: places.map(placeMessage),
    plannedBy: plan.createdBy,
    approvedBy: plan.approvedBy,
    problem: plan.problem,
    createdAt: plan.createdAt,
    finishedAt: plan.finishedAt,
  };
}

function placeMessage({ position, service, place, kind, rows, status, facts }: PlanPlace): ErasurePlace {
  return { position, service, place, kind, rows, action: facts.action ?? 'manual', status, reason: facts.reason };
}
