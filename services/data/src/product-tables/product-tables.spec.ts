import {
  addProductColumn,
  addProductForeignKey,
  createProductTable,
  createTable,
  dropProductColumn,
  dropProductTable,
  getProductChange,
  getProductTable,
  listProductTables,
  type Operation,
} from '@tenantry/contracts';
import { dataTenants, requested } from '../testing/data.fixture.js';

const key = { name: 'id', type: 'integer', primaryKey: true };

describe('product tables', () => {
  const t = dataTenants();
  const staff = <I, O>(operation: Operation<I, O>, input: Partial<I>): Promise<O> =>
    t.bus.call(operation, input, t.staff);
  const rollOut = () => t.bus.runSchedule('product-rollout');

  // The product's tables are the whole database's, so every test has names of its own.
  let name: string;
  let serial = 0;
  beforeEach(() => {
    serial += 1;
    name = `patients${serial}`;
  });

  it('are there for pool tenants at once and for schema tenants after the rollout, each with its own rows', async () => {
    const made = await staff(createProductTable, {
      name,
      columns: [key, { name: 'ssn', type: 'text', classification: 'phi' }],
    });
    expect(made.change).toMatchObject({ table: name, change: 'created', state: 'running' });
    await t.pool.post(name, { id: 1, ssn: 'of b' });
    await expect(t.schema.get(name)).rejects.toMatchObject({ reason: 'not-found' });
    await rollOut();
    expect(await staff(getProductChange, { version: made.change.version })).toMatchObject({ failures: [] });
    await t.schema.post(name, { id: 1, ssn: 'of a' });
    expect((await t.pool.get(name, 'select=id,ssn')).json).toEqual([{ id: 1, ssn: 'of b' }]);
    expect((await t.schema.get(name, 'select=id,ssn')).json).toEqual([{ id: 1, ssn: 'of a' }]);
    expect(await t.database.count(`product.${name}`, t.b.id)).toBe(1);
    expect(await t.database.count(`product.${name}`, t.a.id)).toBe(0);
    expect(await t.database.count(`${t.schemaOf(t.a.id)}.${name}`)).toBe(1);
  });

  it('are there from the start for a tenant that comes later', async () => {
    await staff(createProductTable, { name, columns: [key] });
    const late = await t.database.addTenant('active', 'schema');
    t.bus.announce(late, { mode: 'schema' });
    await t.bus.deliver({ event: requested(late, 'schema'), tenantId: late });
    expect(await t.database.count(`${t.schemaOf(late)}.${name}`)).toBe(0);
  });

  it('are changed across tenants, and a tenant whose rows do not allow it is left behind with the reason', async () => {
    await staff(createProductTable, { name, columns: [key] });
    await rollOut();
    await t.schema.post(name, [{ id: 1 }, { id: 2 }]);
    const { change } = await staff(addProductColumn, {
      table: name,
      name: 'code',
      type: 'text',
      unique: true,
      default: 'same',
    });
    await rollOut();
    const told = await staff(getProductChange, { version: change.version });
    expect(told).toMatchObject({
      state: 'running',
      failures: [{ tenantId: t.a.id, reason: expect.stringContaining('same value') }],
    });
    expect((await t.schema.get(name, 'order=id')).json).toEqual([1, 2].map((id) => ({ id, tenant_id: t.a.id })));
    expect((await t.pool.get(name, 'select=code')).json).toEqual([]);
    await staff(dropProductColumn, { table: name, column: 'code' });
    await t.schema.delete(name, 'id=eq.2');
    await t.database.admin('update data.space set product_tried_at = null');
    await rollOut();
    expect(await staff(getProductChange, { version: change.version })).toMatchObject({ failures: [] });
  });

  it('refuse a name that a tenant has, naming the tenant, and tenants a name that they have', async () => {
    await t.a.call(createTable, { name, columns: [key] });
    await expect(staff(createProductTable, { name, columns: [key] })).rejects.toMatchObject({
      reason: 'table-exists',
      extra: { tenants: [t.a.id] },
    });
    await staff(createProductTable, { name: `${name}b`, columns: [key] });
    await expect(t.a.call(createTable, { name: `${name}B`, columns: [key] })).rejects.toMatchObject({
      reason: 'table-exists',
    });
    await expect(t.b.call(createTable, { name: `${name}b`, columns: [key] })).rejects.toMatchObject({
      reason: 'table-exists',
    });
  });

  it('may be referred to by a tenant’s own tables, and then keep what is referred to', async () => {
    await staff(createProductTable, { name, columns: [key] });
    await t.b.call(createTable, {
      name: 'notes',
      columns: [
        key,
        { name: 'patient', type: 'integer', references: { table: name, column: 'id', onDelete: 'cascade' } },
      ],
    });
    await t.pool.post(name, { id: 7 });
    await t.pool.post('notes', { id: 1, patient: 7 });
    expect((await t.pool.get('notes', `select=id,${name}(id)`)).json).toEqual([{ id: 1, [name]: { id: 7 } }]);
    await expect(staff(dropProductTable, { table: name })).rejects.toMatchObject({
      reason: 'conflict',
      extra: { tenants: [t.b.id] },
    });
  });

  it('take a foreign key only when the rows of every tenant obey it', async () => {
    await staff(createProductTable, { name, columns: [key] });
    const child = `${name}_child`;
    await staff(createProductTable, { name: child, columns: [key, { name: 'parent', type: 'integer' }] });
    await t.pool.post(child, { id: 1, parent: 99 });
    const link = { table: child, columns: ['parent'], referencedTable: name, referencedColumns: ['id'] };
    await expect(staff(addProductForeignKey, link)).rejects.toMatchObject({ reason: 'conflict' });
    await t.pool.delete(child, 'id=eq.1');
    expect((await staff(addProductForeignKey, link)).foreignKeys).toHaveLength(1);
  });

  it('are inspected by the platform, and not by tenants', async () => {
    await staff(createProductTable, { name, columns: [key], subjectColumn: 'id' });
    expect(await staff(getProductTable, { table: name })).toMatchObject({ name, subjectColumn: 'id' });
    expect((await staff(listProductTables, { limit: 200 })).data.map((table) => table.name)).toContain(name);
    await expect(t.a.call(getProductTable, { table: name })).rejects.toMatchObject({
      reason: expect.stringMatching(/forbidden|not-found/),
    });
    await expect(staff(getProductTable, { table: 'nothing' })).rejects.toMatchObject({ reason: 'not-found' });
  });

  it('drop with every tenant’s rows', async () => {
    await staff(createProductTable, { name, columns: [key] });
    await rollOut();
    await staff(dropProductTable, { table: name });
    await expect(t.pool.get(name)).rejects.toMatchObject({ reason: 'not-found' });
    await rollOut();
    await expect(t.schema.get(name)).rejects.toMatchObject({ reason: 'not-found' });
    expect(await t.database.admin('select from pg_class where relname = $1', [name])).toEqual([]);
  });
});
