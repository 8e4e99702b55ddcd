import { newId } from '@tenantry/kernel';
import { tenantsOnRealPostgres, type TestTenant, type Tenants } from '@tenantry/testing';
import type { Clock, TenantContext } from '@tenantry/kernel';
import { createAgent, type Agent } from '@tenantry/contracts';
import { agentsService } from './agents.module.js';
import { AgentsSettings } from './config.js';

/** The agents service on a real Postgres, with tenants A and B. */
export function agentsOnRealPostgres(options: { readonly clock?: Clock } = {}): Tenants {
  const settings = { provide: AgentsSettings, useValue: new AgentsSettings({}) };
  return tenantsOnRealPostgres(agentsService, { ...options, providers: [settings] });
}

/** A member with a role. */
export function member(role = 'owner', id = newId()): Partial<TenantContext> {
  return { actor: { kind: 'user', id, role } };
}

/** A new agent of a tenant. */
export function newAgent(tenant: TestTenant): Promise<Agent> {
  return tenant.call(createAgent, { name: tenant.canary() }, member());
}
