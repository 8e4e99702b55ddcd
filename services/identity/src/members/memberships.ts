import { Injectable } from '@nestjs/common';
import { MemberAdded, MemberRemoved, MemberRoleChanged } from '@tenantry/contracts';
import {
  SubjectVault,
  TenantDatabase,
  Vault,
  type AuditValue,
  type DataSubject,
  type Transaction,
} from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { normaliseEmail } from '../users/email.js';
import { deleteMembership, insertMembership, lockMembers, updateRole, type MembershipRow } from './membership.table.js';
import { personFor, projectMember } from './people.table.js';
import { assertMayHandle, circleOf } from './roles.js';

/** A person to be added to the transaction's tenant. */
export interface Joining {
  readonly email: string;
  readonly name?: string | null;
  readonly role: string;
}

/** How memberships change, in tenants and on the platform alike: row, directory and event in one commit. */
@Injectable()
export class Memberships {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly subjects: SubjectVault,
    private readonly clock: Clock,
  ) {}

  /** A transaction in which members may change. The tenant's key is fetched before it: no transaction waits for a second connection. */
  async transaction<T>(ctx: TenantContext, work: (tx: Transaction) => Promise<T>): Promise<T> {
    await this.vault.seal(ctx.tenantId, { table: 'member', column: 'email', row: '' }, '');
    return this.tenants.transaction(ctx, work);
  }

  /**
   * Adds a person. Somebody new gets an account without a password; the reaction to `MemberAdded` mails them a link.
   * @throws Fault `forbidden`, `member-exists`
   */
  async add(tx: Transaction, ctx: TenantContext, joining: Joining): Promise<MembershipRow> {
    assertMayHandle(ctx.permissions, tx.tenantId, joining.role);
    const now = this.clock.now();
    const email = normaliseEmail(joining.email);
    const { personId } = await personFor(tx, email, now);
    const row = { userId: personId, email, name: joining.name?.trim() || null, role: joining.role, joinedAt: now };
    await insertMembership(tx, row, granterOf(ctx));
    await projectMember(tx, personId);
    tx.publish(new MemberAdded({ personId, role: row.role }), {
      changes: [{ resource: 'member', id: personId, action: 'insert', new: await this.audited(tx, row) }],
    });
    return row;
  }

  /** @throws Fault `not-found`, `forbidden`, `last-owner`, `last-super-admin` */
  async changeRole(tx: Transaction, ctx: TenantContext, userId: string, role: string): Promise<MembershipRow> {
    const member = await lockForChange(tx, ctx, userId, role);
    if (member.role === role) return member;
    await updateRole(tx, userId, role, granterOf(ctx));
    await projectMember(tx, userId);
    tx.publish(new MemberRoleChanged({ personId: userId, oldRole: member.role, role }), {
      changes: [{ resource: 'member', id: userId, action: 'update', old: { role: member.role }, new: { role } }],
    });
    return { ...member, role };
  }

  /** @throws Fault `not-found`, `forbidden`, `last-owner`, `last-super-admin` */
  async end(tx: Transaction, ctx: TenantContext, userId: string): Promise<MembershipRow> {
    const member = await lockForChange(tx, ctx, userId, null);
    await deleteMembership(tx, userId);
    await projectMember(tx, userId);
    tx.publish(new MemberRemoved({ personId: userId, role: member.role }), {
      changes: [{ resource: 'member', id: userId, action: 'delete', old: await this.audited(tx, member) }],
    });
    return member;
  }

  /** A member as the audit log keeps one: the address as a commitment, beside its sealed form for those who may see it. */
  async audited(tx: Transaction, member: MembershipRow): Promise<Record<string, AuditValue>> {
    const { commitment, salt } = this.vault.commit(member.email);
    const [sealed] = await this.subjects.seal(tx.tenantId, [
      {
        subject: memberSubject(member.userId),
        place: { table: 'member', column: 'email', row: member.userId },
        plaintext: JSON.stringify([salt, member.email]),
      },
    ]);
    return { role: member.role, joinedAt: member.joinedAt.toISOString(), email: { commitment, sealed: sealed! } };
  }
}

/** Who answers for a role that is given: whoever an agent or a service acts for. */
const granterOf = ({ actor, onBehalfOf }: Pick<TenantContext, 'actor' | 'onBehalfOf'>): string =>
  onBehalfOf ?? actor.id;

/** Whose key what is told of a member is sealed with. */
export function memberSubject(userId: string): DataSubject {
  return { table: 'member', kind: 'person', value: userId };
}

/** The member whose role becomes `next`, or who leaves (null), locked until the commit. */
async function lockForChange(
  tx: Transaction,
  ctx: TenantContext,
  userId: string,
  next: string | null,
): Promise<MembershipRow> {
  const { topRole, lastOne } = circleOf(tx.tenantId);
  const locked = await lockMembers(tx, userId, topRole);
  const member = locked.find((one) => one.userId === userId);
  if (!member) throw new Fault('not-found');
  assertMayHandle(ctx.permissions, tx.tenantId, member.role, ...(next ? [next] : []));
  const top = locked.filter((one) => one.role === topRole);
  if (member.role === topRole && next !== topRole && top.length === 1) throw new Fault(lastOne);
  return member;
}
