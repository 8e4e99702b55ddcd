import { randomBytes } from 'node:crypto';
import { Fault } from '@tenantry/kernel';
import type { LinkSigner } from '@tenantry/service';

/** For how long a link works, in hours: the mail says the same. */
export const LINK_HOURS = 72;
const MAX_SENT = 10;

const ID_BYTES = 16;
const NONCE_BYTES = 16;
const TIME_BYTES = 4;
const SIGNED_BYTES = ID_BYTES + NONCE_BYTES + TIME_BYTES;

/** What a link says: which request, which of its links, and until when. */
export interface LinkFacts {
  readonly requestId: string;
  readonly nonce: Buffer;
  /** Whole seconds. */
  readonly expiresAt: Date;
}

/** The link that was mailed last for a request, as it is kept. */
export interface KeptLink {
  readonly nonce: Buffer;
  readonly sent: number;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

/** What is kept of a link that is mailed now. @throws Fault `conflict` when too many were mailed for this request */
export function newLink(last: KeptLink | undefined, now: Date): KeptLink {
  const sent = (last?.sent ?? 0) + 1;
  if (sent > MAX_SENT) {
    const detail = `At most ${MAX_SENT} links are mailed for one request; check the identity some other way`;
    throw new Fault('conflict', { detail });
  }
  const seconds = Math.floor(now.getTime() / 1_000) + LINK_HOURS * 3_600;
  return { nonce: randomBytes(NONCE_BYTES), sent, expiresAt: new Date(seconds * 1_000), usedAt: null };
}

/** A link's token. It says which tenant it is of by its signature alone. */
export function printToken(signer: LinkSigner, tenantId: string, facts: LinkFacts): string {
  const seconds = Buffer.alloc(TIME_BYTES);
  seconds.writeUInt32BE(facts.expiresAt.getTime() / 1_000);
  const body = Buffer.concat([Buffer.from(facts.requestId.replaceAll('-', ''), 'hex'), facts.nonce, seconds]);
  return Buffer.concat([body, signer.sign(signedText(tenantId, body))]).toString('base64url');
}

/** What a token says; undefined unless this service made it for this tenant. */
export function readToken(signer: LinkSigner, tenantId: string, token: string): LinkFacts | undefined {
  const bytes = Buffer.from(token, 'base64url');
  const body = bytes.subarray(0, SIGNED_BYTES);
  if (!signer.isSigned(signedText(tenantId, body), bytes.subarray(SIGNED_BYTES))) return undefined;
  const requestId = body.toString('hex', 0, ID_BYTES).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const nonce = body.subarray(ID_BYTES, ID_BYTES + NONCE_BYTES);
  return { requestId, nonce, expiresAt: new Date(body.readUInt32BE(ID_BYTES + NONCE_BYTES) * 1_000) };
}

/** Whether a link is the one that was mailed last, unused and in time. */
export function isUsable(facts: LinkFacts, kept: KeptLink | undefined, now: Date): boolean {
  return kept !== undefined && kept.usedAt === null && kept.nonce.equals(facts.nonce) && now < facts.expiresAt;
}

/** One and the same answer for a link that is wrong, used, ended or another's, and for a tenant that does not exist. */
export function linkRefused(): Fault {
  const detail = 'This link does not work, or not any more; ask for a new one';
  return new Fault('not-found', { field: 'token', detail });
}

function signedText(tenantId: string, body: Buffer): string {
  return JSON.stringify(['privacy request verification', tenantId, body.toString('hex')]);
}
