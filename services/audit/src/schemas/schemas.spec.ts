import {
  getActionSchema,
  listActionSchemas,
  recordAuditEvent,
  registerActionSchema,
  type ActionSchema,
  type RecordAuditEventRequest,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { auditTenants, READER } from '../testing/audit.fixture.js';
import type { Schema } from './action-schema.js';

const STAFF = { permissions: ['audit.*'] };
const WRITER = { permissions: ['audit.write'] };

const approved: Schema = {
  type: 'object',
  required: ['new'],
  properties: {
    resource: { const: 'invoice' },
    new: {
      type: 'object',
      required: ['status'],
      additionalProperties: false,
      properties: { status: { enum: ['approved', 'rejected'] }, amount: { type: 'integer', minimum: 0 } },
    },
  },
};

describe('schemas of actions', () => {
  const t = auditTenants();
  let action: string;

  beforeEach(() => {
    t.bus.announce(PLATFORM_TENANT_ID);
    action = `invoice.a${newId().replaceAll('-', '')}`;
  });

  const staff = () => testContext(PLATFORM_TENANT_ID, STAFF);
  const register = (schema: Schema): Promise<ActionSchema> =>
    t.bus.call(registerActionSchema, { action, schema: { ...schema } }, staff());
  const record = (status: unknown, more: Partial<RecordAuditEventRequest> = {}): Promise<unknown> =>
    t.a.call(
      recordAuditEvent,
      {
        ...{ action, resource: 'invoice', resourceId: 'i-1', change: 'update' },
        ...{ fields: [{ field: 'status', new: status }], ...more },
      },
      WRITER,
    );
  const recorded = async (): Promise<unknown[]> =>
    (await t.outbox()).flatMap(({ type, changes }) => (type === 'AuditEventRecorded' ? changes : []));

  it('let an event through that fits, for every tenant, and say in the entry which version it was', async () => {
    await register(approved);
    await record('approved');
    expect(await recorded()).toMatchObject([{ new: { status: 'approved', '@schema': `${action}/1` } }]);
  });

  it.each<[string, unknown, Partial<RecordAuditEventRequest>]>([
    ['new.status', 'approve', {}],
    ['resource', 'approved', { resource: 'order' }],
    ['new.status', 'x', { fields: [] }],
    [
      'new.amount',
      'x',
      {
        fields: [
          { field: 'status', new: 'approved' },
          { field: 'amount', new: 'much' },
        ],
      },
    ],
    [
      'new.other',
      'x',
      {
        fields: [
          { field: 'status', new: 'approved' },
          { field: 'other', new: 1 },
        ],
      },
    ],
  ])('refuse an event whose %s does not fit: %j %j', async (place, status, more) => {
    await register(approved);
    const refusal = await record(status, more).catch((error: unknown) => error);
    expect(refusal).toBeFault('invalid-input', { field: 'fields' });
    expect(refusal).toMatchObject({ detail: expect.stringContaining(`version 1: ${place} `) });
    expect(await recorded()).toEqual([]);
  });

  it('leave actions alone that have none', async () => {
    await record('anything');
    expect(await recorded()).toMatchObject([{ new: { status: 'anything' } }]);
    await expect(record('x', { schemaVersion: 1 })).rejects.toBeFault('invalid-input', { field: 'schemaVersion' });
  });

  it('come in versions, of which an older program may name its own', async () => {
    expect(await register(approved)).toMatchObject({ version: 1 });
    expect(await register({ ...approved, title: 'Approvals' })).toMatchObject({ version: 2 });
    expect(await register({ title: 'Approvals', ...approved })).toMatchObject({ version: 2 }); // says the same
    const strict = {
      type: 'object',
      properties: { new: { type: 'object', properties: { status: { const: 'done' } } } },
    };
    expect(await register(strict)).toMatchObject({ version: 3 });
    await record('done');
    await record('approved', { schemaVersion: 1 });
    await expect(record('approved')).rejects.toBeFault('invalid-input');
    const of = (version?: number) => t.bus.call(getActionSchema, { action, version }, staff());
    expect((await of()).schema).toEqual(strict);
    expect((await of(1)).schema).toEqual(approved);
    await expect(of(4)).rejects.toBeFault('not-found');
    const registered = (await t.outbox()).filter(({ type }) => type === 'ActionSchemaRegistered');
    expect(registered.map(({ tenantId, version }) => [tenantId, version])).toEqual(
      [1, 2, 3].map((v) => [PLATFORM_TENANT_ID, v]),
    );
  });

  it('are numbered without gaps when many are registered at once', async () => {
    const made = await Promise.all(['a', 'b', 'c', 'd'].map((title) => register({ ...approved, title })));
    expect(made.map(({ version }) => version).toSorted()).toEqual([1, 2, 3, 4]);
  });

  it.each<[string, Schema]>([
    ['not a schema', { type: 'text' }],
    ['an unknown keyword', { typ: 'object' }],
    [
      'a pattern, which a value could make slow',
      { properties: { new: { type: 'string', pattern: '(a+)+$' } }, type: 'object' },
    ],
    ['a reference elsewhere', { $ref: 'https://example.com/schema' }],
    ['too much', { description: 'x'.repeat(20_000) }],
    ['too deep', Array.from({ length: 20 }).reduce<Schema>((inner) => ({ not: inner }), {})],
  ])('are refused when they have %s', async (_what, schema) => {
    await expect(register(schema)).rejects.toBeFault('invalid-input', { field: 'schema' });
  });

  it('are listed to tenants, beside those of Tenantry’s own actions', async () => {
    await register(approved);
    const { data } = await t.b.call(listActionSchemas, {}, READER);
    expect(data.find((one) => one.action === action)).toMatchObject({ version: 1, source: 'product' });
    expect(data.find((one) => one.action === 'session.started')).toMatchObject({
      source: 'tenantry',
      registeredAt: null,
    });
    const { data: product } = await t.b.call(listActionSchemas, { source: 'product' }, READER);
    expect(new Set(product.map(({ source }) => source))).toEqual(new Set(['product']));
  });

  it('are registered by the platform’s staff alone', async () => {
    await expect(t.a.call(registerActionSchema, { action, schema: {} }, STAFF)).rejects.toMatchObject({
      reason: expect.stringMatching(/forbidden|not-found/),
    });
  });
});
