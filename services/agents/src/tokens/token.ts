import type { ExchangeAgentTokenRequest, IssueAgentTokenRequest, NewAgentToken } from '@tenantry/contracts';
import {
  AGENT_PERMISSIONS,
  coversAll,
  Fault,
  intersectGrants,
  newId,
  permits,
  type TenantContext,
} from '@tenantry/kernel';
import type { AgentEntry, AgentTokenEntry, MemberEntry } from '@tenantry/messaging';
import type { TokenSecret } from './token-secret.js';

const DEFAULT_LIFETIME_S = 900;
/** How often a token can be exchanged for one that can be exchanged. */
const MAX_DEPTH = 4;

/** With what an agent acts for a while. */
export interface Token {
  readonly id: string;
  readonly agentId: string;
  /** The token that it was exchanged for. */
  readonly parentId: string | null;
  readonly depth: number;
  readonly audiences: readonly string[];
  /** The most that it may do. */
  readonly grants: readonly string[];
  readonly onBehalfOf: string | null;
  readonly locationId: string | null;
  readonly issuedBy: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** The allowance that its calls to models count against; null when it has none. */
  readonly allowanceId: string | null;
}

/**
 * A token for an agent. It is worth no more than the agent's configuration and whoever issues it have.
 * @throws Fault `conflict`, `forbidden`, `scope-not-held` or `invalid-input`
 */
export function issueToken(
  request: Omit<IssueAgentTokenRequest, 'agentId'>,
  agentId: string,
  { agent, memberOf }: { readonly agent: AgentEntry; readonly memberOf: (userId: string) => MemberEntry | undefined },
  ctx: TenantContext,
  now: Date,
): Token {
  if (agent.status !== 'active' || agent.publishedVersion === null)
    throw new Fault('conflict', { detail: 'The agent is not active, or no version of it is published' });
  const onBehalfOf = principalOf(request, ctx);
  if (onBehalfOf !== null && !memberOf(onBehalfOf)?.memberships.some((one) => one.tenantId === ctx.tenantId))
    throw new Fault('invalid-input', { field: 'onBehalfOf', detail: 'That is no member of the tenant' });
  const most = intersectGrants(agent.grants, [...ctx.permissions, ...AGENT_PERMISSIONS]);
  return {
    ...{ id: newId(now), agentId, parentId: null, depth: 0, audiences: request.audiences, onBehalfOf },
    grants: narrowed(request.permissions, most),
    locationId: locationOf(request.locationId ?? null, agent),
    ...{ issuedBy: ctx.actor.id, issuedAt: now, expiresAt: after(now, request.lifetimeSeconds), allowanceId: null },
  };
}

/** For whom it acts: a member for themselves, a program for whom it names. @throws Fault `invalid-input` or `forbidden` */
function principalOf(
  { onBehalfOf, autonomous }: Pick<IssueAgentTokenRequest, 'onBehalfOf' | 'autonomous'>,
  { actor, permissions }: TenantContext,
): string | null {
  if (actor.kind === 'key') return autonomous ? null : (onBehalfOf ?? null);
  if (autonomous) {
    if (permits(permissions, 'agents.write')) return null;
    throw new Fault('forbidden', { detail: 'A token on nobody’s behalf needs the permission agents.write' });
  }
  if (onBehalfOf && onBehalfOf !== actor.id)
    throw new Fault('invalid-input', {
      field: 'onBehalfOf',
      detail: 'A member issues tokens on their own behalf only',
    });
  return actor.id;
}

/** @throws Fault `invalid-input` for a place where the agent may not act, and for none where it needs one */
function locationOf(locationId: string | null, { locationIds }: AgentEntry): string | null {
  const isAllowed = locationIds.length === 0 || (locationId !== null && locationIds.includes(locationId));
  if (isAllowed) return locationId;
  throw new Fault('invalid-input', { field: 'locationId', detail: 'Name one of the places where the agent may act' });
}

/** @throws Fault `scope-not-held` naming what is more than there is */
function narrowed(asked: readonly string[], most: readonly string[]): readonly string[] {
  if (asked.length === 0) return most;
  const beyond = asked.findIndex((grant) => !coversAll(most, [grant]));
  if (beyond >= 0)
    throw new Fault('scope-not-held', {
      field: `permissions[${beyond}]`,
      detail: `There is no ${asked[beyond]} to give`,
    });
  return asked;
}

function after(now: Date, lifetimeSeconds: number | null | undefined): Date {
  return new Date(now.getTime() + (lifetimeSeconds ?? DEFAULT_LIFETIME_S) * 1000);
}

/**
 * What a token is exchanged for: never more permissions, audiences or time; the same member and place.
 * @throws Fault `conflict`, `scope-not-held` or `invalid-input`
 */
export function narrowToken(
  parent: Token,
  request: ExchangeAgentTokenRequest,
  agent: AgentEntry,
  ctx: TenantContext,
  now: Date,
): Token {
  if (parent.depth >= MAX_DEPTH)
    throw new Fault('conflict', { detail: `A token is exchanged at most ${MAX_DEPTH} times` });
  if (agent.status !== 'active' || agent.publishedVersion === null)
    throw new Fault('conflict', { detail: 'The agent is not active, or no version of it is published' });
  const wider = request.audiences.findIndex((audience) => !parent.audiences.includes(audience));
  if (wider >= 0)
    throw new Fault('invalid-input', {
      field: `audiences[${wider}]`,
      detail: 'The present token is not for this audience',
    });
  const asked = after(now, request.lifetimeSeconds);
  return {
    ...{ id: newId(now), agentId: request.agentId ?? parent.agentId, parentId: parent.id, depth: parent.depth + 1 },
    audiences: request.audiences.length > 0 ? request.audiences : parent.audiences,
    grants: narrowed(request.permissions, intersectGrants(ctx.permissions, agent.grants)),
    onBehalfOf: parent.onBehalfOf,
    locationId: locationOf(parent.locationId, agent),
    ...{ issuedBy: ctx.actor.id, issuedAt: now, expiresAt: asked < parent.expiresAt ? asked : parent.expiresAt },
    allowanceId: parent.allowanceId,
  };
}

/** What the gateway must know to accept the token: nothing that names anybody but by id. */
export function directoryEntry(token: Token, tenantId: string): AgentTokenEntry {
  const { agentId, id, audiences, grants, locationId, onBehalfOf, expiresAt } = token;
  return {
    ...{ version: 1, tenantId, agentId, tokenId: id, audiences, grants, locationId, onBehalfOf },
    expiresAt: expiresAt.toISOString(),
  };
}

/** The token with its secret: the one time that it is shown. */
export function shown(token: Token, { token: secret }: TokenSecret, budget: string | null): NewAgentToken {
  const { id, agentId, audiences, grants, onBehalfOf, locationId, expiresAt } = token;
  return {
    id,
    token: secret,
    agentId,
    audiences: [...audiences],
    permissions: [...grants],
    onBehalfOf,
    locationId,
    expiresAt,
    budget,
  };
}
