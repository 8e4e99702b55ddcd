import { createHash } from 'node:crypto';
import type { RowChange } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import type { ReceivedEvent } from '@tenantry/messaging';
import { commitToOrigin, entryCount, recordEvent } from './entry.js';
import { leafText } from './leaf.js';

const now = new Date('2026-03-01T00:00:00Z');

function received(changes: readonly RowChange[], more: Partial<ReceivedEvent> = {}): ReceivedEvent {
  const tenantId = newId();
  return {
    id: newId(),
    tenantId,
    service: 'identity',
    name: 'MemberRoleChanged',
    occurredAt: new Date('2026-02-28T23:59:59.500Z'),
    meta: {
      tenantId,
      actor: { kind: 'user', id: 'ada', role: 'owner' },
      onBehalfOf: null,
      requestId: 'r-1',
      clientIp: '203.0.113.9',
      userAgent: 'curl/8',
      credentialId: 's-1',
      action: 'member.role_changed',
      operation: 'ChangeMemberRole',
      platformActor: false,
      version: 1,
    },
    data: { personId: 'bob', role: 'admin' },
    changes,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    attempt: 1,
    sequence: 1,
    ...more,
  };
}

const update: RowChange = {
  resource: 'member',
  id: 'bob',
  action: 'update',
  old: { role: 'staff', email: { commitment: 'c-old', sealed: 'tny1.old' } },
  new: { role: 'admin', email: { commitment: 'c-new', sealed: 'tny1.new' }, token: { commitment: null, sealed: null } },
};

describe('an event in the log', () => {
  it('makes one entry for each changed row, numbered without gaps', () => {
    const event = received([update, { ...update, id: 'eve' }, { ...update, id: 'zoe' }]);
    const { entries } = recordEvent(event, 41n, now);
    expect(entryCount(event)).toBe(3);
    expect(entries.map(({ sequence, eventIndex, resourceId }) => [sequence, eventIndex, resourceId])).toEqual([
      [41n, 0, 'bob'],
      [42n, 1, 'eve'],
      [43n, 2, 'zoe'],
    ]);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(3);
  });

  it('makes one entry with its own fields when it names no rows', () => {
    const event = received([]);
    const { entries } = recordEvent(event, 1n, now);
    expect(entryCount(event)).toBe(1);
    expect(entries).toMatchObject([
      {
        resource: 'identity.MemberRoleChanged',
        resourceId: null,
        change: null,
        old: null,
        new: { personId: 'bob', role: 'admin' },
      },
    ]);
  });

  it('says who, what, when, from which request and in which trace', () => {
    const [entry] = recordEvent(received([update]), 1n, now).entries;
    expect(entry).toMatchObject({
      actor: { kind: 'user', id: 'ada', role: 'owner' },
      action: 'member.role_changed',
      operation: 'ChangeMemberRole',
      change: 'update',
      resource: 'member',
      resourceId: 'bob',
      requestId: 'r-1',
      credentialId: 's-1',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      occurredAt: new Date('2026-02-28T23:59:59.500Z'),
      recordedAt: now,
    });
  });

  it('keeps classified values out of what can not be erased', () => {
    const event = received([update]);
    const { entries, values } = recordEvent(event, 5n, now);
    expect(entries[0]?.old).toEqual({ role: 'staff', email: { commitment: 'c-old' } });
    expect(entries[0]?.new).toEqual({ role: 'admin', email: { commitment: 'c-new' }, token: { commitment: null } });
    expect(values).toEqual([
      { tenantId: event.tenantId, sequence: 5n, side: 'old', field: 'email', sealed: 'tny1.old' },
      { tenantId: event.tenantId, sequence: 5n, side: 'new', field: 'email', sealed: 'tny1.new' },
    ]);
  });

  it('keeps address and user agent out of the leaf, which commits to them', () => {
    const { entries, origin } = recordEvent(received([update]), 1n, now);
    expect(entries.map((entry) => leafText(entry)).join()).not.toMatch(/203\.0\.113\.9|curl/);
    expect(entries[0]?.origin).toBe(commitToOrigin(origin));
    const salt = Buffer.from(origin.salt, 'base64url');
    expect(entries[0]?.origin).toBe(
      createHash('sha256').update(salt).update('["203.0.113.9","curl/8"]').digest('base64url'),
    );
  });

  it('has another origin commitment each time, so that addresses can not be told apart or guessed', () => {
    const event = received([update]);
    expect(recordEvent(event, 1n, now).origin.salt).not.toBe(recordEvent(event, 1n, now).origin.salt);
  });

  it('tells a refused attempt from a deed', () => {
    const refused = received([{ resource: 'SuspendTenant', id: '*', action: 'read' }], {
      name: 'Accessed',
      data: { outcome: 'refused' },
    });
    expect(recordEvent(refused, 1n, now).entries[0]?.outcome).toBe('refused');
    expect(recordEvent({ ...refused, data: { outcome: 'read' } }, 1n, now).entries[0]?.outcome).toBe('done');
    expect(recordEvent(received([update]), 1n, now).entries[0]?.outcome).toBe('done');
  });

  it('withholds fields of an event that are not known to be about nobody', () => {
    const [known] = recordEvent(
      received([], { data: { personId: 'bob', role: 'admin', email: 'bob@example.com' } }),
      1n,
      now,
    ).entries;
    expect(known?.new).toEqual({ personId: 'bob', role: 'admin', email: { commitment: null } });
    const [unknown] = recordEvent(
      received([], { name: 'FromANewerVersion', data: { anything: 'here' } }),
      1n,
      now,
    ).entries;
    expect(unknown?.new).toEqual({ anything: { commitment: null } });
  });

  it('falls back to the event name when no action was declared', () => {
    const event = received([]);
    const { entries } = recordEvent({ ...event, meta: { ...event.meta, action: null } }, 1n, now);
    expect(entries[0]?.action).toBe('identity.MemberRoleChanged');
  });
});
