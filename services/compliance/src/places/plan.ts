import { createHash } from 'node:crypto';
import { Fault, newId } from '@tenantry/kernel';

/** A person, as one table knows them. */
export interface PersonKey {
  readonly table: string;
  readonly value: string;
}

/** Whom a plan is about: as tables know them, and as Tenantry's own services may. */
export interface Person {
  readonly keys: readonly PersonKey[];
  /** In lower case. */
  readonly email: string | null;
  /** Of a member. */
  readonly userId: string | null;
}

export type PlanKind = 'access' | 'erasure';
export type AccessStatus = 'planned' | 'collecting' | 'review' | 'released' | 'delivered' | 'erased';
export type ErasureStatus = 'planned' | 'approved' | 'erasing' | 'held' | 'certifying' | 'done';

/** What a plan says of a place besides its name. */
export interface PlaceFacts {
  readonly columns: readonly { readonly name: string; readonly classification: string; readonly thirdParty: boolean }[];
  readonly via: readonly string[];
  /** Columns that can point to others and are shown. */
  readonly reveal: readonly string[];
  /** Of an erasure: delete, unlink, mask, keep or manual. */
  readonly action: string | null;
  readonly reason: string | null;
}

/** One place of a plan. */
export interface PlanPlace {
  readonly position: number;
  readonly service: string;
  readonly place: string;
  readonly kind: 'rows' | 'mention' | 'task';
  readonly rows: bigint;
  readonly facts: PlaceFacts;
  readonly status: 'none' | 'waiting' | 'done';
  readonly attempt: number;
  readonly collected: bigint | null;
  /** Sealed. */
  readonly finding: string | null;
}

/** A place before it is part of a plan. */
export type FoundPlace = Pick<PlanPlace, 'service' | 'place' | 'kind' | 'rows' | 'facts'>;

/** A copy or an erasure of one person's data. */
export interface SubjectPlan {
  readonly id: string;
  readonly kind: PlanKind;
  readonly status: AccessStatus | ErasureStatus;
  /** Sealed. */
  readonly subject: string;
  readonly requestId: string | null;
  /** The erasure that it carries out again, because the database was restored. */
  readonly repeats: string | null;
  readonly shape: string;
  readonly digest: string;
  readonly withhold: readonly { readonly table: string; readonly columns: readonly string[] }[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
  readonly tries: number;
  readonly problem: string | null;
  readonly result: unknown;
  readonly finishedAt: Date | null;
}

/**
 * What somebody agrees to: the person, the tables as they are, and what happens in each place. How many rows there are is no part of it: they
 * come and go while the plan is looked at.
 */
export function digestOf(
  kind: PlanKind,
  { keys, email, userId }: Person,
  shape: string,
  places: readonly FoundPlace[],
): string {
  const said = places.map(({ service, place, kind: what, facts }) => [service, place, what, facts]);
  const people = [...keys.map(({ table, value }) => [table, value]), email, userId];
  return createHash('sha256')
    .update(JSON.stringify([kind, people, shape, said]))
    .digest('base64url');
}

/** What every plan begins with. */
export interface PlanWish {
  readonly person: Person;
  readonly requestId: string | null;
  readonly createdBy: string;
  readonly now: Date;
}

/** A new plan; `subject` is still to be sealed. */
export function newPlan(
  kind: PlanKind,
  { person, requestId, createdBy, now }: PlanWish,
  shape: string,
  places: readonly FoundPlace[],
): SubjectPlan {
  return {
    ...{ id: newId(now), kind, status: 'planned', subject: '', requestId, repeats: null, shape },
    ...{ digest: digestOf(kind, person, shape, places), withhold: [], createdBy, createdAt: now },
    ...{ approvedBy: null, approvedAt: null, tries: 0, problem: null, result: null, finishedAt: null },
  };
}

/** Whether somebody still has to do something for the place. */
export function isOpen({ status }: Pick<PlanPlace, 'status'>): boolean {
  return status === 'waiting';
}

/** @throws Fault `conflict` unless the plan is at this stage */
export function assertStage(plan: SubjectPlan, ...stages: readonly SubjectPlan['status'][]): void {
  if (!stages.includes(plan.status)) {
    throw new Fault('conflict', { detail: `This is ${plan.status}, not ${stages.join(' or ')}` });
  }
}

/** @throws Fault `conflict` when the plan that somebody looked at is not this one */
export function assertDigest(plan: SubjectPlan, digest: string): void {
  if (plan.digest !== digest) {
    throw new Fault('conflict', {
      field: 'digest',
      detail: 'This is not the digest of the plan; look at the plan again',
    });
  }
}
