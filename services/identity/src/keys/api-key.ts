import { operations, type CreateApiKeyRequest, type NewApiKey } from '@tenantry/contracts';
import { Fault, coversAll, newId, permits, type TenantContext } from '@tenantry/kernel';
import type { KeyEntry } from '@tenantry/messaging';
import type { KeyKind, KeySecret } from './key-secret.js';

/** What a program may do and from where; its secrets are rows of their own. */
export interface ApiKeyFacts {
  readonly id: string;
  readonly name: string;
  readonly kind: KeyKind;
  readonly scopes: readonly string[];
  readonly allowedIps: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly expiresAt: Date | null;
  /** The member, or key, that made it. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  readonly version: number;
}

/**
 * A new key. It hands on what its maker holds and no more: scopes are checked when it is made, so that a key goes on working
 * when its maker leaves.
 * @throws Fault `scope-not-held`, `invalid-input`
 */
export function openKey(request: CreateApiKeyRequest, ctx: TenantContext, now: Date): ApiKeyFacts {
  const kind: KeyKind = request.kind === 'public' ? 'public' : 'secret';
  assertScopes(request.scopes, ctx.permissions);
  if (kind === 'secret' && request.allowedOrigins.length > 0) {
    throw new Fault('invalid-input', {
      field: 'allowedOrigins',
      detail: 'Only a public key is bound to origins: a secret key stays on servers',
    });
  }
  if (request.expiresAt && request.expiresAt <= now) {
    throw new Fault('invalid-input', { field: 'expiresAt', detail: 'The key would be dead already' });
  }
  return {
    id: newId(now),
    name: request.name.trim(),
    kind,
    scopes: [...new Set(request.scopes)],
    allowedIps: request.allowedIps,
    allowedOrigins: request.allowedOrigins.map(originOf),
    expiresAt: request.expiresAt ?? null,
    createdBy: ctx.actor.id,
    createdAt: now,
    revokedAt: null,
    version: 1,
  };
}

/** A scope that no operation asks for is a typing mistake, and would be a surprise on the day that one does. */
function assertScopes(scopes: readonly string[], held: readonly string[]): void {
  const unknown = scopes.findIndex(
    (scope) => !operations.some(({ permission }) => permission && permits([scope], permission)),
  );
  if (unknown >= 0) {
    throw new Fault('invalid-input', {
      field: `scopes[${unknown}]`,
      detail: `No operation asks for ${scopes[unknown]}`,
    });
  }
  const beyond = scopes.findIndex((scope) => !coversAll(held, [scope]));
  if (beyond >= 0) throw new Fault('scope-not-held', { field: `scopes[${beyond}]` });
}

/** Browsers send scheme, host and port and nothing else; a path would never match. */
function originOf(url: string, index: number): string {
  const { origin, href } = new URL(url);
  if (href !== `${origin}/`)
    throw new Fault('invalid-input', {
      field: `allowedOrigins[${index}]`,
      detail: 'An origin is scheme, host and port, e.g. https://app.example.com',
    });
  return origin;
}

/** What the gateway must know to accept a secret of the key: nothing that names anybody. */
export function directoryEntry(key: ApiKeyFacts, tenantId: string, validUntil: Date | null): KeyEntry {
  return {
    version: key.version,
    tenantId,
    keyId: key.id,
    kind: key.kind,
    grants: key.scopes,
    status: key.revokedAt ? 'revoked' : 'active',
    expiresAt: key.expiresAt?.toISOString() ?? null,
    allowedIps: key.allowedIps,
    allowedOrigins: key.allowedOrigins,
    overlapUntil: validUntil?.toISOString() ?? null,
  };
}

/** `active`, `expired` or `revoked`, as people read it in a list. */
export function statusOf(
  key: Pick<ApiKeyFacts, 'revokedAt' | 'expiresAt'>,
  now: Date,
): 'active' | 'expired' | 'revoked' {
  if (key.revokedAt) return 'revoked';
  return key.expiresAt && key.expiresAt <= now ? 'expired' : 'active';
}

/** The key with its secret: the one time that it is shown. */
export function shown(key: ApiKeyFacts, secret: KeySecret): NewApiKey {
  const { id, name, kind, expiresAt, createdAt } = key;
  return {
    id,
    key: secret.key,
    prefix: secret.prefix,
    name,
    kind,
    expiresAt,
    createdAt,
    scopes: [...key.scopes],
    allowedIps: [...key.allowedIps],
    allowedOrigins: [...key.allowedOrigins],
  };
}
