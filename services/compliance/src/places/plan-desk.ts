import { Injectable } from '@nestjs/common';
import { type Sql, TenantDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { announce } from './announce.js';
import { PersonSeal } from './person-seal.js';
import type { Person, PlanKind, PlanPlace, SubjectPlan } from './plan.js';
import { findPlaces, findPlan, lockPlan, savePlan } from './plan.table.js';

/** A plan while it is changed: its row is locked. */
export interface OpenPlan {
  readonly tx: Transaction;
  readonly plan: SubjectPlan;
  readonly places: readonly PlanPlace[];
}

/** What becomes of it, and when the runner looks at it next. */
export interface ChangedPlan {
  readonly plan: SubjectPlan;
  readonly places: readonly PlanPlace[];
  readonly tryAt: Date | null;
}

/** The one way in which plans of a kind change: under the plan's lock, with its event in one commit. */
@Injectable()
export abstract class PlanDesk<Message> {
  protected abstract readonly kind: PlanKind;
  protected abstract readonly message: (plan: SubjectPlan, person: Person, places: readonly PlanPlace[]) => Message;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: PersonSeal,
  ) {}

  /** @throws Fault `not-found` */
  async find(ctx: TenantContext, planId: string): Promise<{ plan: SubjectPlan; places: PlanPlace[] }> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    return { plan: await findPlan(rows, this.kind, planId), places: await findPlaces(rows, planId) };
  }

  /** A plan for whoever may see it. @throws Fault `not-found` */
  async get(ctx: TenantContext, planId: string): Promise<Message> {
    const { plan, places } = await this.find(ctx, planId);
    return this.print(ctx.tenantId, plan, places);
  }

  /** @throws Fault `not-found` */
  async change(ctx: TenantContext, planId: string, decide: (open: OpenPlan) => Promise<ChangedPlan>): Promise<Message> {
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await lockPlan(tx, this.kind, planId);
      const { plan, places, tryAt } = await decide({ tx, plan: before, places: await findPlaces(tx, planId) });
      await savePlan(tx, plan, tryAt);
      await announce(tx, before, plan);
      return this.print(ctx.tenantId, plan, places);
    });
  }

  async print(tenantId: string, plan: SubjectPlan, places: readonly PlanPlace[]): Promise<Message> {
    return this.message(plan, await this.seal.openPerson(tenantId, plan), places);
  }
}
