import { randomInt } from 'node:crypto';
import { MemberAdded } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, PLATFORM_TENANT_ID, newId, type TenantContext } from '@tenantry/kernel';
import type { FirstAdmin, FirstAdminResult, RunningService } from '@tenantry/service';
import { hasMemberWith, insertMembership, lockMembers } from '../members/membership.table.js';
import { Memberships } from '../members/memberships.js';
import { personFor, projectMember } from '../members/people.table.js';
import { normaliseEmail } from '../users/email.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { assertPasswordLength } from '../users/password.js';

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const LETTERS_PER_GROUP = 5;

/** Makes the platform's first super admin, unless there is one. The operator's own password only has to be long enough. */
export async function bootstrap(service: RunningService, admin: FirstAdmin): Promise<FirstAdminResult> {
  const now = service.get(Clock).now();
  if (await hasMemberWith(service.get(TenantDatabase), platformItself(now), 'super_admin'))
    return { created: false, oneTimePassword: null };
  const email = normaliseEmail(admin.email);
  if (admin.password !== null) assertPasswordLength(admin.password, 'TENANTRY_ADMIN_PASSWORD');
  const password = admin.password ?? readablePassword();
  const passwordHash = await service.get(PasswordHasher).hash(password, null);
  const memberships = service.get(Memberships);
  const created = await memberships.transaction(platformItself(now), async (tx) => {
    const { personId } = await personFor(tx, email, now, passwordHash);
    // Locked after the person: of two first starts, the second waits at the e-mail address and then sees the first's admin.
    if ((await lockMembers(tx, personId, 'super_admin')).length > 0) return false;
    const row = { userId: personId, email, name: null, role: 'super_admin', joinedAt: now };
    await insertMembership(tx, row, null);
    await projectMember(tx, personId);
    tx.publish(new MemberAdded({ personId, role: 'super_admin' }), {
      changes: [{ resource: 'member', id: personId, action: 'insert', new: await memberships.audited(tx, row) }],
    });
    return true;
  });
  return { created, oneTimePassword: created && admin.password === null ? password : null };
}

/** 125 random bits that a person can read out and type. */
function readablePassword(): string {
  const group = (): string =>
    Array.from({ length: LETTERS_PER_GROUP }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** The one context that no caller can have: before there is anybody. */
function platformItself(now: Date): TenantContext {
  return {
    tenantId: PLATFORM_TENANT_ID,
    cell: 'home',
    mode: 'pool',
    organizationId: null,
    locationId: null,
    actor: { kind: 'service', id: 'identity', role: null },
    onBehalfOf: null,
    agentId: null,
    grantId: null,
    purpose: 'reaction',
    permissions: ['*'],
    credentialId: null,
    whenSuspended: false,
    request: {
      id: newId(now),
      clientIp: null,
      userAgent: null,
      deadlineAtMs: now.getTime() + 60_000,
      traceparent: null,
    },
    idempotency: null,
    signal: null,
  };
}
