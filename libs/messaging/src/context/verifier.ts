import type { Operation } from '@tenantry/contracts';
import {
  Fault,
  permits,
  PLATFORM_TENANT_ID,
  SystemClock,
  type Clock,
  type RequestFacts,
  type TenantContext,
} from '@tenantry/kernel';
import { jwtVerify } from 'jose';
import { Lru } from '../bus/lru.js';
import { CONTEXT_TYPE, fromClaims, isContextClaims, type ContextClaims, type ProvenContext } from './claims.js';
import { CONTEXT_ALGORITHM, type ContextKeys } from './keys.js';
import { assertStanding, type Standing } from './standing.js';

/** The issuer that signs for people and keys at the edge. */
export const GATEWAY = 'gateway';

/** The service that calls operations as agents, for the tools that they use. */
export const AGENTS = 'agents';

/** Whether an agent may use an operation as a tool: any of its tenant's that HTTP reaches with a token for the API, but no stream. */
export function isAgentTool({ http, scope, streams, agentAudience, service }: Operation): boolean {
  return http !== null && scope === 'tenant' && streams === 'none' && agentAudience === 'api' && service !== AGENTS;
}

const MAX_TOKEN_CHARS = 16_384;

interface Proof {
  readonly issuer: string;
  readonly expiresAtMs: number;
  readonly context: ProvenContext;
}

/** What a verifier needs. */
export interface ContextVerifierOptions {
  /** The audience: contexts signed for another service are refused. */
  readonly service: string;
  readonly keys: ContextKeys;
  readonly standing: Standing;
  readonly clock?: Clock;
  /** Default 10,000 tokens. */
  readonly maxCached?: number;
}

/**
 * Turns a signed context into a TenantContext, or refuses it. The signature is checked once per token; expiry, revocation,
 * the tenant's status and what the operation demands are checked on every call.
 */
export class ContextVerifier {
  readonly standing: Standing;
  private readonly service: string;
  private readonly keys: ContextKeys;
  private readonly clock: Clock;
  private readonly cache: Lru<string, Proof>;

  constructor(options: ContextVerifierOptions) {
    this.service = options.service;
    this.keys = options.keys;
    this.standing = options.standing;
    this.clock = options.clock ?? new SystemClock();
    this.cache = new Lru(options.maxCached ?? 10_000);
  }

  /**
   * Both steps: whose context this is, and whether it may call the operation.
   * @throws Fault as `authenticate` and `authorize`
   */
  async verify(token: string, operation: Operation, request: RequestFacts): Promise<TenantContext> {
    const ctx = await this.authenticate(token, operation, request);
    this.authorize(ctx, operation);
    return ctx;
  }

  /**
   * Proves a context for one call.
   * @throws Fault `unauthenticated` for a token that proves nothing here and now, `forbidden` for an issuer that may not
   * call the operation, `tenant-suspended` or `tenant-state` for a tenant that may not act
   */
  async authenticate(token: string, operation: Operation, request: RequestFacts): Promise<TenantContext> {
    const proof = this.cache.get(token) ?? (await this.prove(token));
    if (proof.expiresAtMs <= this.clock.now().getTime()) {
      this.cache.delete(token);
      throw new Fault('unauthenticated', { cause: 'the context has expired' });
    }
    const { context } = proof;
    assertIssuer(proof, operation);
    const settled = this.standing.settle?.(context);
    if (settled) await settled;
    assertStanding(this.standing, context, operation);
    return {
      ...context,
      whenSuspended: operation.whenSuspended,
      request,
      origin: { operation: operation.name, action: operation.audit },
      idempotency: null,
      signal: null,
    };
  }

  /** @throws Fault `unauthenticated` without a credential where one is needed, `forbidden` without scope or permission */
  authorize(ctx: TenantContext, operation: Operation): void {
    if (operation.scope !== 'public' && ctx.actor.kind === 'anonymous') throw new Fault('unauthenticated');
    if (operation.scope === 'platform' && ctx.tenantId !== PLATFORM_TENANT_ID) {
      throw new Fault('forbidden', { cause: 'a platform operation with the context of a tenant' });
    }
    if (operation.permission !== null && !permits(ctx.permissions, operation.permission)) throw new Fault('forbidden');
  }

  private async prove(token: string): Promise<Proof> {
    if (token.length > MAX_TOKEN_CHARS || !isCompact(token))
      throw new Fault('unauthenticated', { cause: 'no context' });
    try {
      const { payload, protectedHeader } = await jwtVerify(token, ({ kid }) => this.keyOf(kid).key, {
        algorithms: [CONTEXT_ALGORITHM],
        typ: CONTEXT_TYPE,
        audience: this.service,
        requiredClaims: ['iss', 'aud', 'exp'],
        currentDate: this.clock.now(),
      });
      const { issuer } = this.keyOf(protectedHeader.kid);
      if (payload.iss !== issuer || !isContextClaims(payload))
        throw new Error('the claims are not a context of this issuer');
      const context = fromClaims(payload as unknown as ContextClaims);
      const proof: Proof = { issuer, expiresAtMs: (payload.exp ?? 0) * 1000, context };
      this.cache.set(token, proof);
      return proof;
    } catch (cause) {
      throw new Fault('unauthenticated', { cause });
    }
  }

  private keyOf(keyId: string | undefined) {
    const found = this.keys.find(keyId);
    if (!found) throw new Error('the key is not of a known issuer');
    return found;
  }
}

/**
 * Anybody signs for the operations that name them as a caller; the gateway also for what came by HTTP, as a request; the agents
 * service also for the tools of agents, as those.
 */
function assertIssuer({ issuer, context }: Proof, operation: Operation): void {
  const { name, http, callers } = operation;
  const isRequest = context.purpose === 'request';
  const isFromHttp = issuer === GATEWAY && http !== null && isRequest;
  const isTool = issuer === AGENTS && isAgentTool(operation) && isRequest && context.actor.kind === 'agent';
  if (!isFromHttp && !isTool && !callers.includes(issuer))
    throw new Fault('forbidden', { cause: `${issuer} may not call ${name}` });
}

/**
 * Whether a token is three parts of base64url in their one spelling (RFC 7515, section 3.1): what lenient decoders forgive,
 * such as a line break in the signature, would let anybody spell a token anew.
 */
function isCompact(token: string): boolean {
  const parts = token.split('.');
  return parts.length === 3 && parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}
