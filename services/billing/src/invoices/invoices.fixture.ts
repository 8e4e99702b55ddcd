import {
  changeTenantPlan,
  createPlan,
  draftInvoice,
  finalizeInvoice,
  type CreatePlanRequest,
  type Invoice,
  type Plan,
} from '@tenantry/contracts';
import { Clock, newId } from '@tenantry/kernel';
import type { Tenants } from '@tenantry/testing';
import { staff } from '../billing.fixture.js';

/** Time that a test sets. */
export class SetClock extends Clock {
  at = new Date();
  now(): Date {
    return this.at;
  }
}

/** Sells a tenant a plan of which the test says what matters. */
export async function sell({ bus }: Tenants, tenantId: string, more: Partial<CreatePlanRequest>): Promise<Plan> {
  const nothing = { usageCaps: {}, featureEntitlements: [], staticEntitlements: {}, unitPrices: {} };
  const plan = await bus.call(createPlan, { name: newId(), ...nothing, ...more }, staff());
  await bus.call(changeTenantPlan, { tenantId, planId: plan.id }, staff());
  return plan;
}

/** Draws up the invoice of a period. */
export function draft({ bus }: Tenants, tenantId: string, from: string, to: string): Promise<Invoice> {
  return bus.call(draftInvoice, { tenantId, from, to }, staff());
}

/** Draws up the invoice of a period and makes it final. */
export async function open(t: Tenants, tenantId: string, from: string, to: string): Promise<Invoice> {
  const { id: invoiceId } = await draft(t, tenantId, from, to);
  return t.bus.call(finalizeInvoice, { tenantId, invoiceId }, staff());
}
