import { setTableAccess } from '@tenantry/contracts';
import { identifier, sql } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { dataTenants } from '../testing/data.fixture.js';

const ME = newId();
const OTHER = newId();

const tickets = {
  name: 'tickets',
  ownerColumn: 'opened_by',
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'opened_by', type: 'uuid' },
    { name: 'subject', type: 'text' },
    { name: 'internal_note', type: 'text' },
    { name: 'phone', type: 'text', classification: 'personal' },
  ],
  access: [
    { to: ['customer'], actions: ['select', 'update'], columns: ['id', 'opened_by', 'subject'], rows: 'own' },
    { to: ['customer'], actions: ['insert'], columns: [], rows: 'own' },
    { to: ['public_key'], actions: ['select'], columns: [], rows: 'all' },
    { to: ['agent'], actions: [], columns: [], rows: 'all' },
  ],
};

describe('declared access', () => {
  const t = dataTenants();
  const customer = () => t.schema.as('customer', { actor: { kind: 'user', id: ME, role: 'customer' } });

  beforeEach(async () => {
    await t.schema.createTable(tickets);
    await t.schema.post('tickets', [
      { id: 1, opened_by: ME, subject: 'mine', internal_note: 'x', phone: '1' },
      { id: 2, opened_by: OTHER, subject: 'theirs', internal_note: 'y', phone: '2' },
    ]);
  });

  it('shows a customer their own rows and the listed columns', async () => {
    expect((await customer().get('tickets')).json).toEqual([
      { id: 1, opened_by: ME, subject: 'mine', tenant_id: t.a.id },
    ]);
    await expect(customer().get('tickets', 'select=internal_note')).rejects.toMatchObject({
      reason: 'forbidden',
      errors: [{ field: 'select' }],
    });
    await expect(customer().get('tickets', 'internal_note=eq.x')).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(customer().get('tickets', 'order=phone')).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('lets a customer change their own rows only, and not hand them over', async () => {
    const prefer = 'return=representation';
    expect((await customer().patch('tickets', 'id=gt.0&select=id', { subject: 'changed' }, { prefer })).json).toEqual([
      { id: 1 },
    ]);
    await expect(customer().patch('tickets', 'id=eq.1', { opened_by: OTHER })).rejects.toMatchObject({
      reason: 'forbidden',
    });
    await expect(customer().patch('tickets', 'id=eq.1', { phone: '9' })).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(customer().delete('tickets', 'id=eq.1')).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('makes what a customer inserts their own', async () => {
    const inserted = await customer().post(
      'tickets',
      { id: 3, subject: 'new' },
      { prefer: 'return=representation' },
      'select=opened_by',
    );
    expect(inserted.json).toEqual([{ opened_by: ME }]);
    await expect(customer().post('tickets', { id: 4, opened_by: OTHER })).rejects.toMatchObject({
      reason: 'forbidden',
    });
  });

  it('shows a public key nothing about a person', async () => {
    const [first] = (await t.schema.as('public_key').get('tickets', 'order=id&limit=1')).json as object[];
    expect(Object.keys(first!)).toEqual(['id', 'opened_by', 'subject', 'internal_note', 'tenant_id']);
    await expect(t.schema.as('public_key').post('tickets', { id: 5 })).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('leaves everybody else what they may by default', async () => {
    expect((await t.schema.as('staff').get('tickets')).json).toHaveLength(2);
    await expect(t.schema.as('staff').delete('tickets', 'id=eq.2')).resolves.toMatchObject({ status: 204 });
    expect((await t.schema.as('compliance').get('tickets')).json).toHaveLength(1);
    await expect(t.schema.as('compliance').delete('tickets', 'id=eq.1')).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(t.schema.as('agent').get('tickets')).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('holds in Postgres as well, whatever SQL the tenant’s role runs', async () => {
    const role = t.schemaOf(t.a.id);
    const idsSeenBy = (principal: string): Promise<object[]> => {
      const ctx = testContext(t.a.id, { actor: { kind: 'user', id: ME, role: principal } });
      return t.doors.tenants.query(ctx, sql`select id from ${identifier(role, 'tickets')}`, { role, actor: true });
    };
    expect(await idsSeenBy('customer')).toEqual([{ id: 1 }]);
    expect(await idsSeenBy('agent')).toEqual([]);
    expect(await idsSeenBy('')).toEqual([]);
  });

  it('can be declared anew', async () => {
    const access = [{ to: ['customer'], actions: ['select'], columns: [], rows: 'all' }];
    await t.a.call(setTableAccess, { table: 'tickets', access });
    expect((await customer().get('tickets', 'select=id,phone&order=id')).json).toHaveLength(2);
    await expect(customer().post('tickets', { id: 6 })).rejects.toMatchObject({ reason: 'forbidden' });
  });
});
