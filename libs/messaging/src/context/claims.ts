import { isUuid, type Actor, type Purpose, type SupportGrant, type TenantContext } from '@tenantry/kernel';

/** The `typ` of a signed context, so that no other token of the same key passes for one. */
export const CONTEXT_TYPE = 'tenantry-ctx+jwt';

/** The part of a context that the signature proves. */
export type ProvenContext = Omit<TenantContext, 'whenSuspended' | 'request' | 'origin' | 'idempotency' | 'signal'>;

/** A context as it crosses the bus; short names because every message carries it. */
export interface ContextClaims {
  readonly ten: string;
  readonly cell: string;
  readonly mode: TenantContext['mode'];
  readonly org?: string;
  readonly loc?: string;
  readonly act: { readonly k: Actor['kind']; readonly i: string; readonly r?: string };
  readonly obo?: string;
  readonly agt?: string;
  readonly grt?: string;
  readonly gnt?: { readonly t: readonly string[] | null; readonly a: SupportGrant['access']; readonly x: number };
  readonly pur: Purpose;
  readonly per: readonly string[];
  readonly cid?: string;
}

const orAbsent = (value: string | null): string | undefined => value ?? undefined;

/** What a context says, without times and audience. */
export function toClaims(ctx: ProvenContext): ContextClaims {
  return {
    ten: ctx.tenantId,
    cell: ctx.cell,
    mode: ctx.mode,
    org: orAbsent(ctx.organizationId),
    loc: orAbsent(ctx.locationId),
    act: { k: ctx.actor.kind, i: ctx.actor.id, r: orAbsent(ctx.actor.role) },
    obo: orAbsent(ctx.onBehalfOf),
    agt: orAbsent(ctx.agentId),
    grt: orAbsent(ctx.grantId),
    gnt: ctx.grant ? { t: ctx.grant.tables, a: ctx.grant.access, x: ctx.grant.expiresAtMs } : undefined,
    pur: ctx.purpose,
    per: ctx.permissions,
    cid: orAbsent(ctx.credentialId),
  };
}

/** The context that verified claims stand for. */
export function fromClaims(claims: ContextClaims): ProvenContext {
  return {
    tenantId: claims.ten,
    cell: claims.cell,
    mode: claims.mode,
    organizationId: claims.org ?? null,
    locationId: claims.loc ?? null,
    actor: { kind: claims.act.k, id: claims.act.i, role: claims.act.r ?? null },
    onBehalfOf: claims.obo ?? null,
    agentId: claims.agt ?? null,
    grantId: claims.grt ?? null,
    ...(claims.gnt && { grant: { tables: claims.gnt.t, access: claims.gnt.a, expiresAtMs: claims.gnt.x } }),
    purpose: claims.pur,
    permissions: claims.per,
    credentialId: claims.cid ?? null,
  };
}

const KINDS: readonly unknown[] = ['user', 'key', 'service', 'agent', 'anonymous'] satisfies Actor['kind'][];
const PURPOSES: readonly unknown[] = ['request', 'reaction', 'compliance', 'offboarding'] satisfies Purpose[];
const MODES: readonly unknown[] = ['pool', 'schema', 'database'] satisfies TenantContext['mode'][];

/** Whether a verified payload has the shape of a context: an issuer of another version may be wrong, never unsafe. */
export function isContextClaims(payload: Record<string, unknown>): boolean {
  const { ten, cell, mode, act, pur, per, gnt } = payload as Partial<ContextClaims>;
  return (
    typeof ten === 'string' &&
    isUuid(ten) &&
    typeof cell === 'string' &&
    MODES.includes(mode) &&
    typeof act?.i === 'string' &&
    KINDS.includes(act.k) &&
    PURPOSES.includes(pur) &&
    Array.isArray(per) &&
    per.every((grant) => typeof grant === 'string') &&
    (gnt === undefined || isGrant(gnt))
  );
}

/** A scope that is not understood must not become a wider one. */
function isGrant({ t, a, x }: NonNullable<ContextClaims['gnt']>): boolean {
  const tables = t === null || (Array.isArray(t) && t.every((name) => typeof name === 'string'));
  return tables && (a === 'read' || a === 'write') && Number.isSafeInteger(x);
}
