import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hashLeaf } from '@tenantry/audit-proofs';
import type { Entry } from './entry.js';
import { commitToOrigin } from './entry.js';
import { leafText } from './leaf.js';

interface Example {
  readonly event: Record<'old' | 'new', Record<string, { commitment: string; salt: string; value: string } | string>> &
    Record<
      'leafHash' | 'originSalt' | 'clientIp' | 'userAgent' | 'origin' | 'sequence' | 'occurredAt' | 'recordedAt',
      string
    >;
  readonly leaf: string;
}

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const example = JSON.parse(/```json\n(.*?)```/s.exec(readme)?.[1] ?? '') as Example;

function closed(values: Example['event']['old']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [
      column,
      typeof value === 'string' ? value : { commitment: value.commitment },
    ]),
  );
}

/** The formats are promises to auditors: the example in the README is the code's own answer, to the byte. */
describe('the worked example in the README', () => {
  const { event, leaf } = example;

  it('has the leaf and the hash that the code computes', () => {
    const { sequence, occurredAt, recordedAt } = event;
    const times = { sequence: BigInt(sequence), occurredAt: new Date(occurredAt), recordedAt: new Date(recordedAt) };
    const entry = { ...event, ...times, old: closed(event.old), new: closed(event.new) } as unknown as Entry;
    expect(leafText(entry)).toBe(leaf);
    expect(Buffer.from(hashLeaf(leaf)).toString('base64url')).toBe(event.leafHash);
  });

  it('has the commitments that the code computes', () => {
    expect(commitToOrigin({ salt: event.originSalt, clientIp: event.clientIp, userAgent: event.userAgent })).toBe(
      event.origin,
    );
    const email = event.new['email'] as { commitment: string; salt: string; value: string };
    const salted = createHash('sha256').update(Buffer.from(email.salt, 'base64url')).update(email.value, 'utf8');
    expect(salted.digest('base64url')).toBe(email.commitment);
  });
});
