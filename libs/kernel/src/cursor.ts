import { createHmac, timingSafeEqual } from 'node:crypto';
import { Fault } from './fault.js';

/** What a cursor belongs to: useless for another tenant, another list or other filters. */
export interface CursorScope {
  readonly tenantId: string;
  /** The list and its filters, in a stable form. */
  readonly query: string;
}

const TAG_BYTES = 16;

function tagOf(key: Uint8Array, scope: CursorScope, position: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([scope.tenantId, scope.query, position]))
    .digest()
    .subarray(0, TAG_BYTES);
}

/** Seals the position after which a list continues; `position` is any JSON value, usually the last row's sort key. */
export function sealCursor(key: Uint8Array, scope: CursorScope, position: unknown): string {
  const body = JSON.stringify(position);
  return Buffer.concat([tagOf(key, scope, body), Buffer.from(body)]).toString('base64url');
}

/**
 * Opens a cursor that `sealCursor` made for the same scope.
 * @throws Fault `invalid-cursor` for anything else
 */
export function openCursor(key: Uint8Array, scope: CursorScope, cursor: string): unknown {
  const bytes = Buffer.from(cursor, 'base64url');
  const body = bytes.subarray(TAG_BYTES).toString();
  if (bytes.length <= TAG_BYTES || !timingSafeEqual(bytes.subarray(0, TAG_BYTES), tagOf(key, scope, body))) {
    throw new Fault('invalid-cursor', { field: 'cursor' });
  }
  return JSON.parse(body);
}
