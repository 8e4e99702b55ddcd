import { Injectable } from '@nestjs/common';
import { type Transaction, Vault } from '@tenantry/database';
import { Clock, newId } from '@tenantry/kernel';
import { Ledger } from '@tenantry/service';
import type { Person, PlanPlace, SubjectPlan } from '../places/plan.js';
import { type ErasureTombstone, tombstoneOf, type WithdrawnTombstone } from './tombstone.js';
import { deleteTombstone, saveTombstone, type TombstoneRow } from './tombstone.table.js';

/** What the ledger is still to be told. */
export interface BegunErasure {
  readonly entryId: string;
  readonly said: ErasureTombstone;
}

/**
 * Keeps in a ledger outside the database what was erased, so that a restored database is erased from again. The database knows of an erasure before
 * the ledger does, and the ledger before anything is erased: whatever crashes, nothing is erased that the ledger does not know of.
 */
@Injectable()
export class Tombstones {
  constructor(
    private readonly ledger: Ledger,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** Notes in the database that an erasure begins. */
  async begin(tx: Transaction, plan: SubjectPlan, person: Person, places: readonly PlanPlace[]): Promise<BegunErasure> {
    const now = this.clock.now();
    const begun = { entryId: newId(now), said: tombstoneOf(tx.tenantId, plan, person, places, now) };
    await this.note(tx, begun, null);
    return begun;
  }

  /** Notes in the database what a ledger has; null before it has it. */
  async note(tx: Transaction, { entryId, said }: BegunErasure, ledger: string | null): Promise<void> {
    const { erasureId: id, tenantId } = said;
    const entry = await this.vault.seal(tenantId, placeOf(id), JSON.stringify(said));
    await saveTombstone(tx, { id, entryId, entry, ledger }, this.clock.now());
  }

  /** Tells the ledger; when this answers, the erasure may go on. @throws whatever keeps the ledger from being reached */
  async keep({ entryId, said }: BegunErasure): Promise<void> {
    await this.ledger.append(entryId, said);
  }

  /** Tells the ledger what it lost. */
  async keepAgain({ tenantId, id, entryId, entry }: TombstoneRow & { tenantId: string }): Promise<void> {
    const said = JSON.parse(await this.vault.open(tenantId, placeOf(id), entry)) as ErasureTombstone;
    await this.keep({ entryId, said });
  }

  /** Takes back an erasure of which nothing was carried out. */
  async withdraw(tx: Transaction, erasureId: string): Promise<void> {
    const said: WithdrawnTombstone = { kind: 'withdrawn', tenantId: tx.tenantId, erasureId };
    await this.ledger.append(newId(this.clock.now()), said);
    await deleteTombstone(tx, erasureId);
  }
}

const placeOf = (id: string) => ({ table: 'compliance.tombstone', column: 'entry', row: id });
