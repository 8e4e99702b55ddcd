import { Injectable } from '@nestjs/common';
import type { Erasure } from '@tenantry/contracts';
import { type Sql, TenantDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { announce } from '../places/announce.js';
import { PersonSeal } from '../places/person-seal.js';
import type { PlanPlace, SubjectPlan } from '../places/plan.js';
import { findPlaces, findPlan, lockPlan, savePlan } from '../places/plan.table.js';
import { erasureMessage } from './erasure-plan.js';

/** An erasure while it is changed: its row is locked. */
export interface OpenErasure {
  readonly tx: Transaction;
  readonly plan: SubjectPlan;
  readonly places: readonly PlanPlace[];
}

/** What becomes of it, and when the runner looks at it next. */
export interface ChangedErasure {
  readonly plan: SubjectPlan;
  readonly places: readonly PlanPlace[];
  readonly tryAt: Date | null;
}

/** The one way in which an erasure changes: under its lock, with its event in one commit. */
@Injectable()
export class ErasureDesk {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: PersonSeal,
  ) {}

  /** @throws Fault `not-found` */
  async find(ctx: TenantContext, erasureId: string): Promise<{ plan: SubjectPlan; places: PlanPlace[] }> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    return { plan: await findPlan(rows, 'erasure', erasureId), places: await findPlaces(rows, erasureId) };
  }

  /** @throws Fault `not-found` */
  async change(
    ctx: TenantContext,
    erasureId: string,
    decide: (open: OpenErasure) => Promise<ChangedErasure>,
  ): Promise<Erasure> {
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await lockPlan(tx, 'erasure', erasureId);
      const { plan, places, tryAt } = await decide({ tx, plan: before, places: await findPlaces(tx, erasureId) });
      await savePlan(tx, plan, tryAt);
      await announce(tx, before, plan);
      return this.print(ctx.tenantId, plan, places);
    });
  }

  async print(tenantId: string, plan: SubjectPlan, places: readonly PlanPlace[]): Promise<Erasure> {
    return erasureMessage(plan, await this.seal.openPerson(tenantId, plan), places);
  }
}
