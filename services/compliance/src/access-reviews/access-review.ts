import type { OpenAccessReviewRequest } from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';
import { addDays, dayAt, endOfDay } from '../clock/day.js';

/** The accesses of a review, as they were at one moment. */
export interface Population {
  readonly frozenAt: Date;
  readonly items: number;
  /** SHA-256 in hex: see `digestOf`. */
  readonly digest: string;
  readonly treeSize: bigint;
  readonly rootHash: string;
  readonly checkpoint: string;
}

/** The roster that a review was compared with; its people are not kept. */
export interface ComparedRoster {
  readonly comparedAt: Date;
  readonly comparedBy: string;
  readonly people: number;
  readonly digest: string;
}

/** A look at everything that somebody may do in a tenant. */
export interface AccessReview {
  readonly id: string;
  readonly name: string;
  readonly status: 'freezing' | 'open' | 'completed';
  readonly openedAt: Date;
  readonly openedBy: string;
  readonly dueAt: Date;
  readonly population: Population | null;
  readonly roster: ComparedRoster | null;
  /** When the runner looks at it next; null when nothing is to be done by itself. */
  readonly tryAt: Date | null;
  readonly tries: number;
  readonly problem: string | null;
  readonly completedAt: Date | null;
  readonly completedBy: string | null;
  readonly leftBecause: string | null;
}

/** How far a review is. */
export interface Progress {
  readonly undecided: number;
  readonly kept: number;
  readonly revoked: number;
  readonly waiting: number;
  readonly refused: number;
  readonly findings: number;
}

/** Who opened a review that nobody opened. */
export const BY_SCHEDULE = 'schedule';
export const DEFAULT_DUE_DAYS = 30;

/** A review whose population is still to be read. Its last day ends where the tenant is. */
export function openReview(wish: OpenAccessReviewRequest, openedBy: string, timeZone: string, now: Date): AccessReview {
  const today = dayAt(now, timeZone);
  return {
    ...{ id: newId(now), name: wish.name?.trim() || today, status: 'freezing', openedAt: now, openedBy },
    dueAt: endOfDay(addDays(today, wish.dueDays ?? DEFAULT_DUE_DAYS), timeZone),
    ...{ population: null, roster: null, tryAt: now, tries: 0, problem: null },
    ...{ completedAt: null, completedBy: null, leftBecause: null },
  };
}

/** @throws Fault `conflict` while its population is being read, and once it is completed */
export function assertOpen({ status }: AccessReview): void {
  if (status === 'freezing')
    throw new Fault('conflict', {
      detail: 'The population is still being read; try again in a moment',
      retryAfterS: 2,
    });
  if (status === 'completed') throw new Fault('conflict', { detail: 'This review is completed' });
}

/** @throws Fault `conflict` naming what is left to do */
export function assertCompletable(review: AccessReview, progress: Progress, leftBecause: string | null): void {
  assertOpen(review);
  const { undecided, waiting, refused } = progress;
  if (waiting > 0)
    throw new Fault('conflict', { detail: `${waiting} decisions are not carried out and proven yet`, retryAfterS: 5 });
  if (refused > 0)
    throw new Fault('conflict', { detail: `${refused} decisions could not be carried out: each says what to do` });
  if (undecided > 0 && leftBecause === null)
    throw new Fault('conflict', {
      field: 'leftBecause',
      detail: `${undecided} accesses are undecided: decide about them, or say why they are left`,
    });
}
