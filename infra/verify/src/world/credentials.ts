import { createPrivateKey } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '@tenantry/kernel';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { editedToken, type Caller } from '../client/caller.js';
import { json, type Request } from '../client/client.js';
import type { Credentials, Person, Tenant } from './tenant.js';
import type { Workshop } from './workshop.js';

const GIVE_UP_MS = 15_000;
const ASK_EVERY_MS = 20;
const AN_HOUR_S = 3_600;
/** A network that is nobody's (RFC 5737). */
const ELSEWHERE = '203.0.113.0/24';
const PAGE = 'https://page.verify.example';
const NARROW_SCOPES = [['tenant.read'], ['rows.read'], ['keys.read']];

/** The people who were let into a tenant and lost it, wholly or in part. */
export interface Outcasts {
  readonly removed: Person;
  readonly downgraded: Person;
}

/** Waits until a request is refused as it should be. @throws Error when it never is */
export function untilRefused(workshop: Workshop, caller: Caller, request: Request): Promise<void> {
  return until(workshop, caller, request, (status) => status >= 400);
}

/** Waits until a request is allowed as it should be. @throws Error when it never is */
export function untilAllowed(workshop: Workshop, caller: Caller, request: Request): Promise<void> {
  return until(workshop, caller, request, (status) => status < 400);
}

async function until(
  { client }: Workshop,
  caller: Caller,
  request: Request,
  isSo: (status: number) => boolean,
): Promise<void> {
  const deadlineMs = performance.now() + GIVE_UP_MS;
  for (;;) {
    const { status } = await client.send(caller, request);
    if (isSo(status)) return;
    if (performance.now() > deadlineMs) {
      throw new Error(`${request.method} ${request.path} still answers ${status} after ${GIVE_UP_MS} ms`);
    }
    await pause(ASK_EVERY_MS);
  }
}

/** Makes credentials of a tenant that are good for nothing, or for less. */
export async function makeCredentials(
  workshop: Workshop,
  tenant: Tenant,
  { other, outcasts, accessKeyPem }: { other: Tenant; outcasts: Outcasts; accessKeyPem: string | null },
): Promise<Credentials> {
  const everything = { scopes: ['*'] };
  const { sessions } = workshop.client;
  return {
    edited: await sessions.keep(() => editedSession(workshop, tenant, other)),
    expired: accessKeyPem === null ? null : await expiredSession(tenant, accessKeyPem),
    revokedSession: await sessions.keep(() => revokedSession(workshop, tenant)),
    revokedKey: await revokedKey(workshop, tenant),
    keyOfElsewhere: (await workshop.key(tenant, { ...everything, allowedIps: [ELSEWHERE] })).caller,
    narrowKeys: await Promise.all(
      NARROW_SCOPES.map(async (scopes) => ({ scopes, caller: (await workshop.key(tenant, { scopes })).caller })),
    ),
    fullKey: (await workshop.key(tenant, everything)).caller,
    publicKey: (await workshop.key(tenant, { ...everything, kind: 'public' })).caller,
    pageKey: (await workshop.key(tenant, { ...everything, kind: 'public', allowedOrigins: [PAGE] })).caller,
    removedMember: await sessions.keep(() => removedMember(workshop, tenant, outcasts.removed)),
    downgradedMember: await sessions.keep(() => downgradedMember(workshop, tenant, outcasts.downgraded)),
  };
}

async function editedSession(workshop: Workshop, tenant: Tenant, other: Tenant): Promise<Caller> {
  const session = await workshop.session(tenant.person, tenant);
  return { ...session, token: editedToken(session.token!, other.id) };
}

/** The owner's own token, truly signed, an hour too old. */
async function expiredSession({ owner }: Tenant, pem: string): Promise<Caller> {
  const { alg = 'EdDSA', kid, typ } = decodeProtectedHeader(owner.token!);
  const issuedAtS = Math.floor(Date.now() / 1_000) - AN_HOUR_S;
  const token = await new SignJWT({ ...decodeJwt(owner.token!), iat: issuedAtS, exp: issuedAtS + 1, jti: newId() })
    .setProtectedHeader({ alg, ...(kid ? { kid } : {}), ...(typ ? { typ } : {}) })
    .sign(createPrivateKey(pem));
  return { ...owner, token };
}

async function revokedSession(workshop: Workshop, tenant: Tenant): Promise<Caller> {
  const session = await workshop.session(tenant.person, tenant);
  await workshop.client.must(session, json('POST', '/v1/auth/logout', {}));
  await untilRefused(workshop, session, json('GET', '/v1/me'));
  return session;
}

async function revokedKey(workshop: Workshop, tenant: Tenant): Promise<Caller> {
  const { id, caller } = await workshop.key(tenant, { scopes: ['*'] });
  await workshop.client.must(caller, json('GET', '/v1/tenant'));
  await workshop.client.must(tenant.owner, json('DELETE', `/v1/api-keys/${id}`));
  await untilRefused(workshop, caller, json('GET', '/v1/tenant'));
  return caller;
}

async function removedMember(workshop: Workshop, tenant: Tenant, person: Person): Promise<Caller> {
  await workshop.addMember(tenant, person, 'admin');
  const session = await workshop.session(person, tenant);
  await workshop.client.must(session, json('GET', '/v1/tenant'));
  await workshop.removeMember(tenant, person);
  await untilRefused(workshop, session, json('GET', '/v1/tenant'));
  return { ...session, sees: [] };
}

/** Who was admin when they signed in. */
async function downgradedMember(workshop: Workshop, tenant: Tenant, person: Person): Promise<Caller> {
  await workshop.removeMember(tenant, person); // they may be one from the last time
  await workshop.addMember(tenant, person, 'admin');
  const session = await workshop.session(person, tenant);
  await workshop.client.must(session, json('GET', '/v1/members'));
  const change = json('PATCH', `/v1/members/${person.userId}`, { role: 'customer' });
  await workshop.client.must(tenant.owner, change);
  await untilRefused(workshop, session, json('GET', '/v1/members'));
  return session;
}
