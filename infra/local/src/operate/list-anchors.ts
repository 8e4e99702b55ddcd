import { parseCheckpoint } from '@tenantry/audit-proofs';
import { Archive } from '@tenantry/messaging';
import { PlainError } from '../plain-error.js';
import type { OpenInstance } from './open-instance.js';

/**
 * The heads of a tenant's log in the write-once store, as `audit verify --checkpoint` reads them. They are taken from NATS itself: neither
 * Postgres nor the audit service is asked, so neither can leave one out.
 * @throws PlainError when there are none
 */
export async function listAnchors(instance: OpenInstance, ids: readonly string[]): Promise<readonly string[]> {
  const [tenantId, ...others] = ids;
  if (!tenantId || others.length > 0 || !/^[0-9a-f-]{36}$/.test(tenantId)) {
    throw new PlainError('Name one tenant by its id: audit anchors <tenant id>');
  }
  const bus = await instance.bus();
  try {
    const archive = new Archive(bus, 'audit_anchors');
    const found = await archive.getAll(await archive.keys(tenantId));
    if (found.length === 0) throw new PlainError(`The store has no head of the log of ${tenantId}`);
    const anchors = found.map(({ text, storedAt }) => ({ size: parseCheckpoint(text).size, storedAt, note: text }));
    const data = anchors.toSorted((one, other) => one.size - other.size);
    return [JSON.stringify({ data: data.map((anchor) => ({ ...anchor, size: String(anchor.size) })) }, null, 2)];
  } finally {
    await bus.drain();
  }
}
