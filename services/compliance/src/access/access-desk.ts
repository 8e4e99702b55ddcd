import { Injectable } from '@nestjs/common';
import type { Access } from '@tenantry/contracts';
import { type Sql, TenantDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { announce } from '../places/announce.js';
import { PersonSeal } from '../places/person-seal.js';
import type { PlanPlace, SubjectPlan } from '../places/plan.js';
import { findPlaces, findPlan, lockPlan, savePlan } from '../places/plan.table.js';
import { accessMessage } from './access-plan.js';

/** A copy while it is changed: its row is locked. */
export interface OpenAccess {
  readonly tx: Transaction;
  readonly plan: SubjectPlan;
  readonly places: readonly PlanPlace[];
}

/** What becomes of a copy, and when the runner looks at it next. */
export interface ChangedAccess {
  readonly plan: SubjectPlan;
  readonly places: readonly PlanPlace[];
  readonly tryAt: Date | null;
}

/** The one way in which a copy changes: under its lock, with its event in one commit. */
@Injectable()
export class AccessDesk {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: PersonSeal,
  ) {}

  /** @throws Fault `not-found` */
  async find(ctx: TenantContext, accessId: string): Promise<{ plan: SubjectPlan; places: PlanPlace[] }> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    return { plan: await findPlan(rows, 'access', accessId), places: await findPlaces(rows, accessId) };
  }

  /** A copy for whoever may see it. @throws Fault `not-found` */
  async get(ctx: TenantContext, accessId: string): Promise<Access> {
    const { plan, places } = await this.find(ctx, accessId);
    return this.print(ctx.tenantId, plan, places);
  }

  /** @throws Fault `not-found` */
  async change(
    ctx: TenantContext,
    accessId: string,
    decide: (open: OpenAccess) => Promise<ChangedAccess>,
  ): Promise<Access> {
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await lockPlan(tx, 'access', accessId);
      const { plan, places, tryAt } = await decide({ tx, plan: before, places: await findPlaces(tx, accessId) });
      await savePlan(tx, plan, tryAt);
      await announce(tx, before, plan);
      return this.print(ctx.tenantId, plan, places);
    });
  }

  async print(tenantId: string, plan: SubjectPlan, places: readonly PlanPlace[]): Promise<Access> {
    return accessMessage(plan, await this.seal.openPerson(tenantId, plan), places);
  }
}
