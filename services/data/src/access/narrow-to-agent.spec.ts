import { newId, type TenantContext } from '@tenantry/kernel';
import type { AgentEntry } from '@tenantry/messaging';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';

const MEMBER = newId();

const tickets = {
  name: 'tickets',
  ownerColumn: 'opened_by',
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'opened_by', type: 'uuid' },
    { name: 'subject', type: 'text', classification: 'internal' },
    { name: 'phone', type: 'text', classification: 'personal' },
  ],
  access: [
    { to: ['agent'], actions: ['select', 'insert', 'update'], columns: [], rows: 'all' },
    { to: ['customer'], actions: ['select', 'insert'], columns: [], rows: 'own' },
  ],
};

describe('The rows that an agent reaches', () => {
  const t = dataTenants();
  let agentId: string;
  let version = 0;

  beforeEach(async () => {
    agentId = newId();
    for (const tenant of [t.schema, t.pool]) {
      await tenant.createTable(tickets);
      await tenant.createTable({
        name: 'undeclared',
        columns: [{ name: 'id', type: 'integer', primaryKey: true }],
      } as never);
      await tenant.post('tickets', [
        { id: 1, opened_by: MEMBER, subject: 'mine', phone: '1' },
        { id: 2, opened_by: newId(), subject: 'theirs', phone: '2' },
      ]);
    }
  });

  const publish = (tenant: RowsClient, facts: Partial<AgentEntry> = {}): void =>
    t.bus.directories.agents.put(agentId, {
      ...{
        tenantId: tenant.id,
        status: 'active',
        publishedVersion: 1,
        grants: ['rows.*'],
        tools: [],
        models: [],
        locationIds: [],
      },
      data: [{ table: 'tickets', actions: ['select'], columns: [] }],
      ...{ dataClasses: ['none', 'internal'], ...facts, version: ++version },
    });
  const agent = (tenant: RowsClient, role: string | null = null, onBehalfOf: string | null = null): RowsClient => {
    const facts: Partial<TenantContext> = { actor: { kind: 'agent', id: agentId, role }, agentId, onBehalfOf };
    return tenant.as('agent', facts);
  };
  const forbidden = expect.objectContaining({ reason: 'forbidden' }) as Error;

  it('are those of the tables, actions and classes that its configuration names, in either mode', async () => {
    for (const tenant of [t.schema, t.pool]) {
      publish(tenant);
      const { json } = await agent(tenant).get('tickets', 'order=id');
      expect(json).toMatchObject([{ id: 1, subject: 'mine' }, { id: 2 }]);
      expect(JSON.stringify(json)).not.toContain('phone');
      await expect(agent(tenant).get('tickets', 'select=phone')).rejects.toEqual(forbidden);
      await expect(agent(tenant).get('tickets', 'phone=eq.1')).rejects.toEqual(forbidden);
      await expect(agent(tenant).post('tickets', { id: 3 })).rejects.toEqual(forbidden);
      await expect(agent(tenant).delete('tickets', 'id=eq.1')).rejects.toEqual(forbidden);
    }
  });

  it('are not those of a table that declares nothing for agents, whatever the configuration says', async () => {
    publish(t.schema, { data: [{ table: 'undeclared', actions: ['select'], columns: [] }] });
    await expect(agent(t.schema).get('undeclared')).rejects.toEqual(forbidden);
    await expect(agent(t.schema).get('tickets')).rejects.toEqual(forbidden);
  });

  it('are none for an agent that is not the tenant’s or that nobody knows', async () => {
    await expect(agent(t.schema).get('tickets')).rejects.toEqual(forbidden);
    publish(t.pool);
    await expect(agent(t.schema).get('tickets')).rejects.toEqual(forbidden);
  });

  it('have the columns that are named, and of those the classes that are', async () => {
    publish(t.schema, { data: [{ table: 'tickets', actions: ['select'], columns: ['id', 'phone'] }] });
    expect((await agent(t.schema).get('tickets', 'id=eq.1')).json).toEqual([{ id: 1 }]);
    publish(t.schema, {
      data: [{ table: 'tickets', actions: ['select'], columns: ['phone'] }],
      dataClasses: ['personal'],
    });
    expect((await agent(t.schema).get('tickets', 'phone=eq.1')).json).toEqual([{ phone: '1' }]);
  });

  it('are on behalf of a member no more than that member’s', async () => {
    publish(t.schema, { data: [{ table: 'tickets', actions: ['select', 'insert', 'update'], columns: [] }] });
    const forCustomer = agent(t.schema, 'customer', MEMBER);
    expect((await forCustomer.get('tickets')).json).toMatchObject([{ id: 1 }]);
    await expect(forCustomer.patch('tickets', 'id=eq.1', { subject: 'x' })).rejects.toEqual(forbidden);
    await forCustomer.post('tickets', { id: 5, subject: 'for them' });
    expect((await t.schema.get('tickets', 'id=eq.5&select=opened_by')).json).toEqual([{ opened_by: MEMBER }]);
    const forStaff = agent(t.schema, 'staff', MEMBER);
    expect((await forStaff.get('tickets')).json).toHaveLength(3);
    await expect(agent(t.schema, 'public_key', MEMBER).get('tickets')).rejects.toEqual(forbidden);
  });

  it('change when another configuration is in force', async () => {
    publish(t.schema);
    expect((await agent(t.schema).get('tickets')).json).toHaveLength(2);
    publish(t.schema, { data: [] });
    await expect(agent(t.schema).get('tickets')).rejects.toEqual(forbidden);
  });
});
