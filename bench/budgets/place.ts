import { HOME_CELL, type ServiceSchema, type TenantDatabase, migrate, openDoors } from '@tenantry/database';
import { type TenantContext, SystemClock, newId } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import pg from 'pg';
import { CreateBudget } from '../../services/billing/src/budgets/create-budget.js';
import { ReserveBudget } from '../../services/billing/src/budgets/reserve-budget.js';
import { SettleReservation } from '../../services/billing/src/budgets/settle-reservation.js';
import { TenantCalendar } from '../../services/billing/src/budgets/tenant-calendar.js';
import { billingService } from '../../services/billing/src/billing.module.js';

const CONNECTIONS = 8;

const BILLING: ServiceSchema = {
  name: 'billing',
  migrations: billingService.migrations!,
  jobs: billingService.jobs,
  password: 'bench',
};

/** A tenant with a budget of its own below a budget of the whole tenant. */
export interface Spender {
  readonly ctx: TenantContext;
  readonly budgetId: string;
}

export interface Held {
  readonly ctx: TenantContext;
  readonly reservationId: string;
}

/** The service's handlers on a Postgres of their own. */
export interface Place {
  readonly tenants: TenantDatabase;
  tenantsWithBudgets(count: number, limit?: string): Promise<Spender[]>;
  reserve(spender: Spender, estimate?: string): Promise<Held>;
  settle(held: Held, actual?: string): Promise<void>;
  close(): Promise<void>;
}

export async function openPlace(url: string): Promise<Place> {
  await migrate(url, [BILLING]);
  const login = new URL(url);
  [login.username, login.password] = ['billing_service', BILLING.password];
  const doors = openDoors({ url: login.href, service: 'billing', maxConnections: CONNECTIONS });
  const directories = Directories.inMemory();
  const calendar = new TenantCalendar(directories);
  const create = new CreateBudget(doors.tenants, calendar, new SystemClock());
  const reserve = new ReserveBudget(doors.tenants, calendar, new SystemClock());
  const settle = new SettleReservation(doors.tenants, calendar);
  return {
    tenants: doors.tenants,
    async tenantsWithBudgets(count, limit = '900000000') {
      const all = await admitTenants(url, count);
      const budget = { limit, alertPercents: [] };
      return Promise.all(
        all.map(async (ctx) => {
          const { id: parentId } = await create.handle({ ...budget, name: 'Everything' }, ctx);
          const { id: budgetId } = await create.handle({ ...budget, name: 'Agent', parentId }, ctx);
          return { ctx, budgetId };
        }),
      );
    },
    async reserve({ ctx, budgetId }, estimate = '0.01') {
      const { id: reservationId } = await reserve.handle({ accounts: [budgetId], estimate }, ctx);
      return { ctx, reservationId };
    },
    async settle({ ctx, reservationId }, actual = '0.009') {
      await settle.handle({ reservationId, actual }, ctx);
    },
    async close() {
      directories.close();
      await doors.close();
    },
  };
}

async function admitTenants(url: string, count: number): Promise<TenantContext[]> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const ids = Array.from({ length: count }, () => newId());
  const admit = `insert into platform.tenant_status select id, 'active', 'pool', $2, 1 from unnest($1::uuid[]) id`;
  await admin.query(admit, [ids, HOME_CELL]);
  await admin.end();
  return ids.map(contextOf);
}

function contextOf(tenantId: string): TenantContext {
  const request = { id: newId(), clientIp: null, userAgent: null, deadlineAtMs: 0, traceparent: null };
  return {
    ...{ tenantId, cell: HOME_CELL, mode: 'pool', organizationId: null, locationId: null, onBehalfOf: null },
    ...{ agentId: null, grantId: null, purpose: 'request', permissions: ['*'], credentialId: null },
    ...{ whenSuspended: false, request, idempotency: null, signal: null },
    actor: { kind: 'user', id: newId(), role: 'owner' },
  };
}
