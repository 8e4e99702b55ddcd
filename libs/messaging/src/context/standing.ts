import { Fault, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { Operation } from '@tenantry/contracts';
import type { TenantEntry } from '../directory/entries.js';
import type { ProvenContext } from './claims.js';

/** Whose standing changed. */
export type StandingChange =
  | { readonly tenantId: string }
  | { readonly credentialId: string }
  /** An agent, a tenant whose agents, or the platform whose tenants' agents were stopped or may go on. */
  | { readonly stopped: string };

/** What is true right now about tenants and credentials: directories in production, a plain object in tests. */
export interface Standing {
  tenantStatus(tenantId: string): TenantEntry['status'] | undefined;
  isRevoked(credentialId: string): boolean;
  /** Whether agents are stopped: one, all of a tenant or, by the platform's id, all there are. */
  isStopped?(id: string): boolean;
  /**
   * Waits a moment for what a context names and no directory tells yet: a tenant just made, an agent just published.
   * Nothing to wait for: undefined, for this is asked on every call.
   */
  settle?(ctx: ProvenContext): Promise<void> | undefined;
  /** Tells of changes, so that work in flight can be cut; answers how to stop. */
  onChange?(callback: (change: StandingChange) => void): () => void;
}

const OPEN_TO_ROLES: readonly (string | null)[] = ['owner', 'compliance'];

/** Whether a suspended tenant's context may go on: the operations left open, for those they are left open for. */
function staysOpen(ctx: ProvenContext, operation: Operation): boolean {
  if (ctx.purpose !== 'request') return true;
  if (!operation.whenSuspended || ctx.actor.kind === 'agent') return false;
  return operation.scope !== 'tenant' || ctx.actor.kind === 'service' || OPEN_TO_ROLES.includes(ctx.actor.role);
}

/** What a tenant gave to the platform's staff ends by itself, or when the tenant takes it back. */
function assertGrant(standing: Standing, { grantId, grant }: ProvenContext): void {
  if (grantId !== null && standing.isRevoked(grantId)) throw new Fault('forbidden', { cause: 'the grant was revoked' });
  if (grant && grant.expiresAtMs <= Date.now()) throw new Fault('forbidden', { cause: 'the grant has expired' });
}

/**
 * Refuses a context whose credential was revoked or whose tenant may not do this now. Checked on every call, also for
 * tokens verified before, and again for work in flight whenever the directories change.
 * @throws Fault `unauthenticated`, `agent-stopped`, `forbidden` for a grant that is over, `tenant-suspended` or `tenant-state`
 */
export function assertStanding(standing: Standing, ctx: ProvenContext, operation: Operation): void {
  if (ctx.credentialId !== null && standing.isRevoked(ctx.credentialId)) {
    throw new Fault('unauthenticated', { cause: 'the credential was revoked' });
  }
  if (isAgentStopped(standing, ctx)) throw new Fault('agent-stopped');
  assertGrant(standing, ctx);
  if (ctx.tenantId === PLATFORM_TENANT_ID) return;
  const status = standing.tenantStatus(ctx.tenantId);
  if (status === 'active') return;
  if (status === undefined) throw new Fault('unauthenticated', { cause: 'the tenant is not in the directory' });
  if (status === 'suspended' && !staysOpen(ctx, operation)) throw new Fault('tenant-suspended');
  if (status !== 'suspended' && ctx.purpose === 'request') throw new Fault('tenant-state');
}

/** Whatever stops an agent stops also what others do in its name. */
function isAgentStopped({ isStopped }: Standing, { agentId, tenantId }: ProvenContext): boolean {
  if (agentId === null || !isStopped) return false;
  return isStopped(agentId) || isStopped(tenantId) || isStopped(PLATFORM_TENANT_ID);
}
