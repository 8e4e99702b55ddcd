import type { Access, AccessPlace } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import {
  type FoundPlace,
  isOpen,
  newPlan,
  type Person,
  type PlanPlace,
  type PlanWish,
  type SubjectPlan,
} from '../places/plan.js';

/** Columns of a table that are shown, or left out. */
export interface TableColumns {
  readonly table: string;
  readonly columns: readonly string[];
}

/** What a copy is planned with. */
export interface AccessWish extends PlanWish {
  readonly reveal: readonly TableColumns[];
}

/** A new plan of a copy; `subject` is still to be sealed. @throws Fault `invalid-input` for a column that the plan does not have */
export function openAccess(
  wish: AccessWish,
  shape: string,
  found: readonly FoundPlace[],
): { plan: SubjectPlan; places: PlanPlace[] } {
  const revealed = revealIn(found, wish.reveal);
  const plan = newPlan('access', wish, shape, revealed);
  return { plan, places: revealed.map(toPlanPlace) };
}

/** A place of a new plan: what is to be collected or looked up waits. */
export function toPlanPlace(place: FoundPlace, position: number): PlanPlace {
  const status = place.kind === 'mention' ? 'none' : 'waiting';
  return { ...place, position, status, attempt: 0, collected: null, finding: null };
}

function revealIn(found: readonly FoundPlace[], reveal: readonly TableColumns[]): FoundPlace[] {
  reveal.forEach(({ table, columns }, index) => {
    const place = found.find((one) => one.kind === 'rows' && one.place === table);
    const wrong = columns.find(
      (name) => !place?.facts.columns.some((column) => column.name === name && column.thirdParty),
    );
    if (wrong !== undefined) {
      const detail = `${table}.${wrong} is no column of the plan that can point to other people`;
      throw new Fault('invalid-input', { field: `reveal[${index}].columns`, detail });
    }
  });
  return found.map((place) => {
    const shown = place.kind === 'rows' ? reveal.filter(({ table }) => table === place.place) : [];
    return { ...place, facts: { ...place.facts, reveal: shown.flatMap(({ columns }) => columns) } };
  });
}

const DAY_MS = 86_400_000;
const RELEASED_WITHIN_DAYS = 30;
/** Longer than the last link of a copy that was released on its last day. */
const KEPT_DAYS = 60;

/** Copies that were planned before are forgotten. */
export function keptSince(now: Date): Date {
  return new Date(now.getTime() - KEPT_DAYS * DAY_MS);
}

/** @throws Fault `conflict` for a copy whose rows are about to be forgotten, and are old by now */
export function assertFresh({ createdAt }: SubjectPlan, now: Date): void {
  if (now.getTime() - createdAt.getTime() > RELEASED_WITHIN_DAYS * DAY_MS) {
    throw new Fault('conflict', { detail: `The copy is older than ${RELEASED_WITHIN_DAYS} days; plan it again` });
  }
}

/** Where a copy stands once its places are as they are: it is up for review when nothing is open any more. */
export function stageOf(plan: SubjectPlan, places: readonly PlanPlace[]): SubjectPlan {
  return plan.status === 'collecting' && !places.some(isOpen) ? { ...plan, status: 'review' } : plan;
}

/** Whether there is something to collect by itself. */
export function hasRowsToCollect(places: readonly PlanPlace[]): boolean {
  return places.some((place) => place.kind === 'rows' && isOpen(place));
}

/** A copy for whoever may see it. */
export function accessMessage(plan: SubjectPlan, person: Person, places: readonly PlanPlace[]): Access {
  return {
    id: plan.id,
    status: plan.status,
    subject: person.keys.map(({ table, value }) => ({ table, value })),
    email: person.email,
    userId: person.userId,
    requestId: plan.requestId,
    digest: plan.digest,
    places: places.map(placeMessage),
    createdAt: plan.createdAt,
    deliveredAt: plan.finishedAt,
  };
}

function placeMessage({ position, service, place, kind, rows, collected, status, facts }: PlanPlace): AccessPlace {
  const withheld = facts.columns.filter(({ name, thirdParty }) => thirdParty && !facts.reveal.includes(name));
  return {
    ...{ position, service, place, kind, rows, collected, status },
    withheld: kind === 'rows' ? withheld.map(({ name }) => name) : [],
    via: [...facts.via],
    reason: facts.reason,
    columns: facts.columns.map((column) => ({ ...column })),
  };
}
