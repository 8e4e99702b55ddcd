import {
  getAuditAnchoring,
  getAuditCheckpoint,
  getAuditCompleteness,
  getAuditConsistency,
  getAuditEvent,
  getAuditProof,
  listAuditDestinations,
  listAuditEvents,
  type Operation,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { auditTenants, READER } from '../testing/audit.fixture.js';

type Look = readonly [what: string, operation: Operation, input: (id: string) => object];

const looks: readonly Look[] = [
  ['listing', listAuditEvents, () => ({})],
  ['searching', listAuditEvents, () => ({ q: 'member' })],
  ['reading one entry', getAuditEvent, (id) => ({ id })],
  ['counting', getAuditCompleteness, () => ({})],
  ['taking a checkpoint', getAuditCheckpoint, () => ({})],
  ['proving an entry', getAuditProof, (id) => ({ id })],
  ['proving that it grew', getAuditConsistency, () => ({ from: 1n })],
  ['asking where heads are kept', getAuditAnchoring, () => ({})],
  ['asking where it is sent', listAuditDestinations, () => ({})],
];

describe('whoever looks into a log', () => {
  const t = auditTenants();
  let id: string;

  beforeEach(async () => {
    await Promise.all([t.write(t.a, 2), t.write(t.b, 1)]);
    await t.sign();
    [id] = await t.database
      .admin<{ id: string }>('select id from audit.entry where tenant_id = $1 and sequence = 1', [t.a.id])
      .then((rows) => rows.map((row) => row.id) as [string]);
  });

  it.each(looks)('is in it by %s, once, with who they are, and in no other', async (_what, operation, input) => {
    const actor = { kind: 'user', id: newId(), role: 'owner' } as const;
    await t.a.call(operation as Operation<object, object>, input(id), { ...READER, actor });
    expect(await t.outbox()).toMatchObject([
      { type: 'Accessed', tenantId: t.a.id, outcome: 'read', changes: [{ resource: 'audit', action: 'read' }] },
    ]);
    const [sent] = await t.database.admin<{ headers: Record<string, string> }>(
      'select headers from audit.outbox where tenant_id = $1 order by position desc limit 1',
      [t.a.id],
    );
    expect(JSON.parse(sent!.headers['Tenantry-Event']!)).toMatchObject({ actor, action: 'audit.viewed' });
  });

  it.each(looks)('is in it by having been refused %s', async (_what, operation, input) => {
    const facts = { permissions: ['rows.read'] };
    await expect(t.a.call(operation as Operation<object, object>, input(id), facts)).rejects.toBeFault('forbidden');
    expect(await t.outbox()).toMatchObject([{ type: 'Accessed', tenantId: t.a.id, outcome: 'refused' }]);
  });
});
