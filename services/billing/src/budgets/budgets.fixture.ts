import { createBudget, reserveBudget, settleReservation, type Budget, type Reservation } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { billingOnRealPostgres } from '../billing.fixture.js';

const MOVES = {
  budget_hold: ['expires_at', 'ended_at'],
  budget_leg: ['expires_at'],
  budget: ['period_starts_at', 'period_ends_at'],
};

/** A service that acts for a tenant without any permission of its own. */
export const service: Partial<TenantContext> = {
  actor: { kind: 'service', id: 'agents', role: null },
  purpose: 'reaction',
  permissions: [],
  credentialId: null,
};

/** Budgets of tenants A and B on a real Postgres, and a way to let time pass for them. */
export class BudgetsFixture {
  /** Made while a suite is described. */
  readonly t = billingOnRealPostgres();

  create(tenant: TestTenant, more: object = {}): Promise<Budget> {
    return tenant.call(createBudget, { name: 'Everything', limit: '10.00', ...more });
  }

  reserve(tenant: TestTenant, budget: Budget, estimate?: string, more: object = {}): Promise<Reservation> {
    return tenant.call(reserveBudget, { accounts: [budget.id], estimate, ...more });
  }

  settle(tenant: TestTenant, { id }: Reservation, actual: string): Promise<Reservation> {
    return tenant.call(settleReservation, { reservationId: id, actual });
  }

  /** Reserves an amount and spends all of it. */
  async spend(tenant: TestTenant, budget: Budget, amount: string): Promise<void> {
    await this.settle(tenant, await this.reserve(tenant, budget, amount), amount);
  }

  /** Moves a tenant's holds, and the periods of its budgets, into the past: as if nothing had touched them for so long. */
  async pass(tenant: TestTenant, interval: string): Promise<void> {
    for (const [table, columns] of Object.entries(MOVES)) {
      const changes = columns.map((column) => `${column} = ${column} - $2::interval`).join();
      await this.t.database.admin(`update billing.${table} set ${changes} where tenant_id = $1`, [tenant.id, interval]);
    }
  }

  /** Budgets whose numbers are not what their holds and settlements add up to; none means that the books are right. */
  async discrepancies(tenantId: string): Promise<object[]> {
    return this.t.database.admin(
      `select b.id, b.held_nanos, b.spent_nanos, l.held, s.spent
       from billing.budget b,
         lateral (select coalesce(sum(amount_nanos), 0) as held from billing.budget_leg l
                  where l.tenant_id = b.tenant_id and l.budget_id = b.id) l,
         lateral (select coalesce(sum(actual_nanos), 0) as spent from billing.budget_hold h
                  where h.tenant_id = b.tenant_id and b.id = any (h.budget_ids) and h.ended_at >= b.period_starts_at) s
       where b.tenant_id = $1 and (b.held_nanos <> l.held or b.spent_nanos <> s.spent)`,
      [tenantId],
    );
  }
}
