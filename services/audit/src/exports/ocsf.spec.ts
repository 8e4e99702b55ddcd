import { AuditEvent, listAuditEvents } from '@tenantry/contracts';
import { auditTenants, READER } from '../testing/audit.fixture.js';
import { OCSF_VERSION, toOcsf, type OcsfEvent } from './ocsf.js';

type Value = Record<string, unknown>;

const EVERY_CLASS = ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'];
/** What schema.ocsf.io 1.3.0 requires of the classes that entries are mapped to. */
const REQUIRED: Readonly<Record<number, readonly string[]>> = {
  3002: [...EVERY_CLASS, 'user'],
  3004: [...EVERY_CLASS, 'entity'],
  6003: [...EVERY_CLASS, 'actor', 'api', 'src_endpoint'],
};
const ACTIVITIES: Readonly<Record<number, readonly number[]>> = {
  3002: [1, 2, 3, 4, 5, 99],
  3004: [1, 2, 3, 4, 99],
  6003: [1, 2, 3, 4, 99],
};
/** Of the objects: what each must have, and of what it must have at least one. */
const OBJECTS: Readonly<Record<string, { readonly all?: readonly string[]; readonly some?: readonly string[] }>> = {
  metadata: { all: ['version', 'product'] },
  api: { all: ['operation'] },
  actor: { some: ['process', 'user', 'invoked_by', 'session'] },
  user: { some: ['name', 'uid'] },
  entity: { some: ['name', 'uid'] },
  src_endpoint: { some: ['ip', 'uid', 'name', 'hostname', 'svc_name', 'instance_uid'] },
  product: { all: ['vendor_name'] },
};

/** What an event lacks by the schema; nothing when it is one. */
function lacks(event: Value): string[] {
  const uid = Number(event['class_uid']);
  const missing = (REQUIRED[uid] ?? ['a known class']).filter((name) => event[name] === undefined);
  const wrong = [
    ...(event['type_uid'] === uid * 100 + Number(event['activity_id']) ? [] : ['type_uid']),
    ...(event['category_uid'] === Math.floor(uid / 1000) ? [] : ['category_uid']),
    ...(ACTIVITIES[uid]?.includes(Number(event['activity_id'])) ? [] : ['activity_id']),
    ...(Number.isSafeInteger(event['time']) ? [] : ['time']),
    ...(uid === 3002 && !event['service'] && !event['dst_endpoint'] ? ['service or dst_endpoint'] : []),
  ];
  return [...missing, ...wrong, ...lackingObjects(event)];
}

function lackingObjects(value: Value): string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner) || name === 'unmapped') return [];
    const { all = [], some } = OBJECTS[name] ?? {};
    const held = inner as Value;
    const isThere = (member: string): boolean => held[member] !== undefined;
    const lacking = all.filter((member) => !isThere(member)).map((member) => `${name}.${member}`);
    return [
      ...lacking,
      ...(some && !some.some(isThere) ? [`${name}: nothing of ${some}`] : []),
      ...lackingObjects(held),
    ];
  });
}

const event = (more: Partial<AuditEvent> = {}): AuditEvent =>
  Object.assign(new AuditEvent(), {
    ...{ id: 'e-1', sequence: 7n, tenantId: 't-1', occurredAt: new Date(1_000), recordedAt: new Date(2_000) },
    ...{ service: 'identity', event: 'MemberAdded', action: 'member.added', outcome: 'done', eventIndex: 0 },
    ...{ actor: { kind: 'user', id: 'ada', role: 'owner' }, resource: 'member', resourceId: 'm-1', change: 'insert' },
    ...{ new: { role: 'staff' }, leafHash: 'hash', platformActor: false },
    ...more,
  });

describe('the OCSF of an audit log', () => {
  const t = auditTenants();
  const parse = (line: OcsfEvent): Value => JSON.parse(JSON.stringify(line)) as Value;

  it.each<[string, Partial<AuditEvent>, number, number]>([
    ['a new row', {}, 3004, 1],
    ['a changed row', { change: 'update', old: { role: 'admin' } }, 3004, 3],
    ['a removed row', { change: 'delete', new: null }, 3004, 4],
    ['a read', { change: 'read', event: 'Accessed', new: null }, 6003, 2],
    ['a refused attempt', { change: 'read', event: 'Accessed', outcome: 'refused' }, 6003, 2],
    ['what names no row', { change: null, event: 'PasswordChanged' }, 6003, 99],
    ['a sign-in', { change: null, event: 'SessionStarted' }, 3002, 1],
    ['a sign-out', { change: null, event: 'SessionEnded' }, 3002, 2],
    ['what nobody did', { actor: { kind: 'anonymous', id: 'anonymous' }, resourceId: null, change: null }, 6003, 99],
  ])('says of %s what the schema requires', (_what, more, classUid, activityId) => {
    const mapped = parse(toOcsf(event(more)));
    expect(lacks(mapped)).toEqual([]);
    expect(mapped).toMatchObject({ class_uid: classUid, activity_id: activityId, metadata: { version: OCSF_VERSION } });
    expect(mapped['status_id']).toBe(more.outcome === 'refused' ? 2 : 1);
  });

  it('is found wanting by the same check when something is missing', () => {
    expect(lacks({ ...parse(toOcsf(event({ change: null }))), actor: undefined })).toEqual(['actor']);
    expect(lacks({ ...parse(toOcsf(event())), type_uid: 1, entity: {} })).toEqual([
      'type_uid',
      'entity: nothing of name,uid',
    ]);
  });

  it('says when, by whom, from where and on what', () => {
    expect(toOcsf(event({ clientIp: '203.0.113.9', old: { role: 'x' } }))).toMatchObject({
      time: 1_000,
      actor: { user: { uid: 'ada', type_id: 1, groups: [{ name: 'owner' }] } },
      src_endpoint: { ip: '203.0.113.9' },
      entity: { type: 'member', uid: 'm-1', data: { role: 'x' } },
      entity_result: { data: { role: 'staff' } },
      metadata: { tenant_uid: 't-1', sequence: 7, uid: 'e-1', logged_time: 2_000 },
      unmapped: { leaf_hash: 'hash' },
    });
  });

  it('is exported line by line, numbered without gaps, of the tenant’s own log only', async () => {
    await Promise.all([t.write(t.a, 3), t.write(t.b, 2)]);
    await t.sign();
    const lines = (await t.export(t.a, { format: 'ocsf' })).trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as Value & { metadata: Value; unmapped: Value });
    expect(events.flatMap(lacks)).toEqual([]);
    expect(events.map(({ metadata }) => [metadata['sequence'], metadata['tenant_uid']])).toEqual(
      [1, 2, 3].map((sequence) => [sequence, t.a.id]),
    );
    const { data } = await t.a.call(listAuditEvents, {}, READER);
    expect(events.map(({ unmapped }) => unmapped['leaf_hash'])).toEqual(
      data.map(({ leafHash }) => leafHash).toReversed(),
    );
  });
});
