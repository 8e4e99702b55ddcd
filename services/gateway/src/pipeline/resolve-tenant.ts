import { Injectable } from '@nestjs/common';
import { roles } from '@tenantry/contracts';
import { AGENT_PERMISSIONS, Fault, intersectGrants, isUuid, permits, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { Directories, type AgentEntry, type GrantEntry, type MemberEntry } from '@tenantry/messaging';
import { Settling } from '../directories/settling.js';
import { TenantFinder } from '../directories/tenant-finder.js';
import {
  ANONYMOUS,
  type AgentToken,
  type ApiKey,
  type Exchange,
  type Home,
  type Incoming,
  type Party,
  type Session,
  type Step,
} from './exchange.js';

/** Names the grant by which somebody of the platform acts in a tenant. */
const GRANT_HEADER = 'tenantry-grant';
/** What a platform role needs for that. */
const USE_GRANTS = 'support.use';

type RoleTable = Readonly<Record<string, { readonly grants: readonly string[] } | undefined>>;

const platformRoles: RoleTable = roles.platform;

/**
 * Finds the tenant that a request is for, and who the caller is there. The credential says which tenants are possible;
 * the Tenantry-Tenant header and the host name only choose among them. A tenant that does not exist and one that is not
 * the caller's are the same 404.
 */
@Injectable()
export class ResolveTenant implements Step {
  constructor(
    private readonly directories: Directories,
    private readonly finder: TenantFinder,
    private readonly settling: Settling,
  ) {}

  async run(exchange: Exchange): Promise<void> {
    const { credential, operation, incoming } = exchange;
    if (credential.kind === 'none') return;
    const chosen = await this.chosen(incoming);
    if (credential.kind === 'key') exchange.party = await this.keyParty(credential, chosen);
    else if (credential.kind === 'agent') exchange.party = await this.agentParty(credential, chosen);
    else if (operation.scope === 'tenant' && incoming.headers[GRANT_HEADER] !== undefined)
      exchange.party = await this.supportParty(credential, chosen, incoming.headers[GRANT_HEADER]);
    else if (operation.scope === 'platform') exchange.party = await this.staffParty(credential, chosen);
    else exchange.party = await this.memberParty(credential, chosen, operation.scope === 'self');
  }

  /** The tenant that header and host choose, or null when neither does. */
  private async chosen({ headers, host }: Incoming): Promise<string | null> {
    const name = headers['tenantry-tenant'];
    const { tenants } = this.directories;
    const byName =
      typeof name === 'string'
        ? await this.settling.find(tenants, `tenant ${name}`, () => this.finder.named(name))
        : null;
    const byHost = this.finder.hosted(host) ?? (this.finder.slugOf(host) === null ? null : undefined);
    if (byName === undefined || byHost === undefined || (byName && byHost && byName !== byHost))
      throw new Fault('not-found');
    return byName ?? byHost;
  }

  private async keyParty({ entry }: ApiKey, chosen: string | null): Promise<Party> {
    const { tenantId, keyId, kind, grants } = entry;
    if (chosen !== null && chosen !== tenantId) throw new Fault('not-found');
    const home = await this.home(tenantId);
    return {
      tenantId,
      home,
      actor: { kind: 'key', id: keyId, role: `${kind}_key` },
      permissions: grants,
      credentialId: keyId,
      agent: null,
    };
  }

  /**
   * An agent may do what its configuration in force, its token and the member on whose behalf it acts may all do. Its role is
   * the member's, so that tables show it no more rows than them.
   */
  private async agentParty({ entry }: AgentToken, chosen: string | null): Promise<Party> {
    const { tenantId, agentId, tokenId, onBehalfOf, locationId, grants } = entry;
    if (chosen !== null && chosen !== tenantId) throw new Fault('not-found');
    const agent = this.directories.agents.get(agentId);
    if (!agent || !mayActAt(agent, locationId))
      throw new Fault('unauthenticated', { cause: 'the agent may not act there any more' });
    const role = onBehalfOf === null ? null : this.roleOf(onBehalfOf, tenantId);
    if (role === undefined) throw new Fault('unauthenticated', { cause: 'the person is no member any more' });
    const held = role === null ? EVERYTHING : ((roles.tenant as RoleTable)[role]?.grants ?? []);
    const permissions = intersectGrants(intersectGrants(agent.grants, grants), [...held, ...AGENT_PERMISSIONS]);
    return {
      ...{ tenantId, home: await this.home(tenantId), permissions, credentialId: tokenId },
      actor: { kind: 'agent', id: agentId, role },
      agent: { agentId, onBehalfOf, locationId },
    };
  }

  private roleOf(userId: string, tenantId: string): string | undefined {
    return this.directories.members.get(userId)?.memberships.find((one) => one.tenantId === tenantId)?.role;
  }

  /** A person as a member of the tenant they chose, else of the token's, else of their only one. */
  private async memberParty(session: Session, chosen: string | null, isSelf: boolean): Promise<Party> {
    const tenantId = chosen ?? session.tenantId ?? this.onlyTenant(session);
    const role = tenantId === null ? undefined : await this.roleIn(session, tenantId);
    if (tenantId !== null && role !== undefined) {
      return { ...personParty(session, role, roles.tenant), tenantId, home: await this.home(tenantId) };
    }
    const platformRole = this.platformRole(session);
    const isStaff = platformRole !== null;
    // What concerns only themselves people do outside any tenant too; staff also when they chose one, for they may know it.
    if (isSelf && (isStaff || chosen === null)) return platformParty(session, platformRole);
    if (tenantId === null) throw new Fault('tenant-required');
    throw new Fault(isStaff ? 'forbidden' : 'not-found');
  }

  /** A person as platform staff, whichever tenant they chose; what they lack as anybody else is permission. */
  private async staffParty(session: Session, chosen: string | null): Promise<Party> {
    const platformRole = this.platformRole(session);
    const isStranger = platformRole === null && chosen !== null && (await this.roleIn(session, chosen)) === undefined;
    if (isStranger) throw new Fault('not-found');
    return platformParty(session, platformRole);
  }

  /** Somebody of the platform by a grant of the tenant; without all that it asks for, the same 404 as for a grant of nobody. */
  private async supportParty(session: Session, chosen: string | null, named: unknown): Promise<Party> {
    const id = typeof named === 'string' ? named.toLowerCase() : '';
    const entry = await this.usableGrant(session, id);
    if (!entry || entry.tenantId !== chosen) throw new Fault('not-found');
    const { tenantId, tables, access } = entry;
    return {
      tenantId,
      home: await this.home(tenantId),
      actor: { kind: 'user', id: session.userId, role: 'support' },
      permissions: access === 'write' ? ['rows.read', 'rows.write'] : ['rows.read'],
      credentialId: session.id,
      agent: null,
      support: { id, grant: { tables, access, expiresAtMs: Date.parse(entry.expiresAt) } },
    };
  }

  /** A grant that is not over, if this is one of those who may use it. */
  private async usableGrant(session: Session, id: string): Promise<GrantEntry | undefined> {
    const { grants } = this.directories;
    const look = (): GrantEntry | undefined => grants.get(id);
    const entry = isUuid(id) ? (look() ?? (await this.settling.find(grants, `grant ${id}`, look))) : undefined;
    if (!entry) return undefined;
    const held = platformRoles[this.platformRole(session) ?? '']?.grants ?? [];
    const isFor = (entry.staffId ?? session.userId) === session.userId;
    const isOver = Date.parse(entry.expiresAt) <= Date.now();
    return isFor && !isOver && permits(held, USE_GRANTS) ? entry : undefined;
  }

  private async roleIn(session: Session, tenantId: string): Promise<string | undefined> {
    const look = (): string | undefined => this.roleOf(session.userId, tenantId);
    return look() ?? (await this.settling.find(this.directories.members, `role ${session.userId} ${tenantId}`, look));
  }

  private onlyTenant(session: Session): string | null {
    const member = this.member(session);
    const [first, ...others] = member?.platformRole === null ? member.memberships : [];
    return first && others.length === 0 ? first.tenantId : null;
  }

  private platformRole(session: Session): string | null {
    return this.member(session)?.platformRole ?? null;
  }

  private member({ userId }: Session): MemberEntry | undefined {
    return this.directories.members.get(userId);
  }

  /** A tenant that was active a moment ago elsewhere may still be provisioning here. */
  private async home(tenantId: string): Promise<Home> {
    const { tenants } = this.directories;
    const ready = (): Home | undefined => {
      const entry = tenants.get(tenantId);
      return entry?.status === 'provisioning'
        ? undefined
        : (entry ?? (tenantId === PLATFORM_TENANT_ID ? ANONYMOUS.home : undefined));
    };
    const entry = ready() ?? (await this.settling.find(tenants, `home ${tenantId}`, ready)) ?? tenants.get(tenantId);
    if (!entry) throw new Fault('not-found');
    return entry;
  }
}

/** What nobody's role limits. */
const EVERYTHING: readonly string[] = ['*'];

function mayActAt({ locationIds }: AgentEntry, locationId: string | null): boolean {
  return locationIds.length === 0 || (locationId !== null && locationIds.includes(locationId));
}

function personParty(
  session: Session,
  role: string | null,
  table: RoleTable,
): Pick<Party, 'actor' | 'permissions' | 'credentialId' | 'agent'> {
  const permissions = (role === null ? undefined : table[role]?.grants) ?? [];
  return { actor: { kind: 'user', id: session.userId, role }, permissions, credentialId: session.id, agent: null };
}

function platformParty(session: Session, platformRole: string | null): Party {
  return { ...personParty(session, platformRole, roles.platform), tenantId: PLATFORM_TENANT_ID, home: ANONYMOUS.home };
}
