import { v7, validate } from 'uuid';

/** The platform itself is a tenant with this fixed id: its staff's events, keys and audit trail live there. */
export const PLATFORM_TENANT_ID = '00000000-0000-7000-8000-000000000001';

/** A new UUIDv7 (RFC 9562): sorts by creation time, so an index on it grows at its end. */
export function newId(now?: Date): string {
  return v7(now ? { msecs: now.getTime() } : undefined);
}

/** Whether a text is a UUID of any version in canonical form. */
export function isUuid(text: string): boolean {
  return validate(text);
}
