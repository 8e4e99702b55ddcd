import { Injectable } from '@nestjs/common';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { findRecords } from '../data-map/table-record.table.js';
import { assertDecided, isTable, openErasure } from '../erasure/erasure-plan.js';
import { announce } from '../places/announce.js';
import type { Person, PlanPlace, SubjectPlan } from '../places/plan.js';
import { insertPlan, savePlan } from '../places/plan.table.js';
import { PlanWork } from '../places/plan-work.js';
import { type Found, SubjectPlaces } from '../places/subject-places.js';
import { findRequestIfAny } from '../requests/privacy-request.table.js';
import { type ErasureEntry, type ErasureTombstone, withoutRefusedKey } from './tombstone.js';
import { Tombstones } from './tombstones.js';

/** A person, and where their data is. */
interface FoundPerson {
  readonly person: Person;
  readonly found: Found;
}

/**
 * Approves an erasure anew that a restored database does not know of: as it was approved, for the tables as they are now. What nobody decided for a table of
 * today is left to people, like every plan that can't go on by itself.
 */
@Injectable()
export class ErasureRepeater {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly places: SubjectPlaces,
    private readonly work: PlanWork,
    private readonly tombstones: Tombstones,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `unavailable` when the person can't be looked for now */
  async repeat({ id: entryId, said }: ErasureEntry, ledger: string, signal: AbortSignal): Promise<void> {
    const { tenantId, erasureId, approvedBy } = said;
    const ctx = this.work.contexts.of(tenantId, erasureId, approvedBy, signal);
    const place = await this.#find(ctx, said.person);
    const now = this.clock.now();
    await this.tenants.transaction(ctx, async (tx) => {
      await this.tombstones.note(tx, { entryId, said }, ledger);
      if (place) await this.#plan(tx, said, place, now);
    });
  }

  /** Where the person is; undefined when the restored tables have nobody by any of these keys. */
  async #find(ctx: TenantContext, person: Person): Promise<FoundPerson | undefined> {
    try {
      return { person, found: await this.places.find(ctx, person) };
    } catch (error) {
      const keys = error instanceof Fault ? withoutRefusedKey(person.keys, error.errors[0]?.field) : undefined;
      if (!keys) throw error;
      return keys.length > 0 ? this.#find(ctx, { ...person, keys }) : undefined;
    }
  }

  async #plan(tx: Transaction, said: ErasureTombstone, { person, found }: FoundPerson, now: Date): Promise<void> {
    const { erasureId, plannedBy } = said;
    const tables = found.places.filter(isTable).map(({ place }) => place);
    const choices = said.choices.filter(({ table }) => tables.includes(table));
    const request = said.requestId === null ? undefined : await findRequestIfAny(tx, said.requestId);
    const wish = { person, requestId: request?.id ?? null, choices, createdBy: plannedBy, now };
    const { plan: open, places } = openErasure(wish, found.shape, found.places, await findRecords(tx, tables));
    const subject = await this.work.seal.sealPerson(tx.tenantId, open.id, person);
    const plan = { ...open, ...approvalOf(said, places, now), subject, repeats: erasureId };
    await insertPlan(tx, plan, places);
    await savePlan(tx, plan, plan.status === 'approved' ? now : null);
    await announce(tx, null, plan);
  }
}

type Approval = Pick<SubjectPlan, 'status' | 'approvedBy' | 'approvedAt' | 'problem'>;

/** It was approved before; only what was never decided needs people again. */
function approvalOf({ approvedBy }: ErasureTombstone, places: readonly PlanPlace[], now: Date): Approval {
  try {
    assertDecided(places);
    return { status: 'approved', approvedBy, approvedAt: now, problem: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const problem = `The database was restored from a backup in which the person is: ${error.detail}`;
    return { status: 'planned', approvedBy: null, approvedAt: null, problem };
  }
}
