import { createHash } from 'node:crypto';
import { Fault, type IdempotencyClaim, type TenantContext, newId } from '@tenantry/kernel';
import { TestDatabase, testContext } from '@tenantry/testing/database';
import type { Doors } from '../doors.js';
import { IdempotentReplay } from '../idempotent-replay.js';
import { SHOP, ThingRow } from '../testing/shop.js';

describe('an Idempotency-Key', () => {
  let database: TestDatabase;
  let doors: Doors;
  let a: string;
  let b: string;

  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
    doors = database.doors('shop', { maxConnections: 8 });
  });
  beforeEach(async () => {
    [a, b] = [await database.addTenant(), await database.addTenant()];
  });
  afterAll(() => database?.drop());

  const thing = (name: string): Partial<ThingRow> => ({ id: newId(), name, createdAt: new Date() });

  const actor = { kind: 'user', id: newId(), role: 'owner' } as const;
  const claim = (key: string, body = '{}'): IdempotencyClaim => ({
    key,
    operation: 'AddThing',
    bodyHash: createHash('sha256').update(body).digest(),
    print: (answer) => JSON.stringify(answer),
  });
  const add = (
    idempotency: IdempotencyClaim,
    facts: Partial<TenantContext> = {},
    work?: () => Promise<void>,
  ): Promise<object> =>
    doors.tenants.transaction(testContext(a, { actor, idempotency, ...facts }), async (tx) => {
      const row = thing(newId());
      await tx.insert(ThingRow, row);
      await work?.();
      return { id: row.id };
    });
  const replayOf = (error: unknown): unknown =>
    error instanceof IdempotentReplay ? JSON.parse(error.answerText) : error;

  it('answers the same request again with the same answer, and does nothing twice', async () => {
    const answer = await add(claim('k1'));
    expect(await add(claim('k1')).catch(replayOf)).toEqual(answer);
    expect(await database.count('shop.thing', a)).toBe(1);
  });

  it('refuses the key with another body', async () => {
    await add(claim('k2'));
    await expect(add(claim('k2', '{"other":1}'))).rejects.toMatchObject({
      reason: 'idempotency-key-reused',
      errors: [{ field: 'Idempotency-Key' }],
    });
  });

  it('lets a concurrent duplicate wait, and gives it the same answer', async () => {
    const both = [add(claim('k3')), add(claim('k3')), add(claim('k3'))];
    const answers = await Promise.all(both.map((one) => one.catch(replayOf)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await database.count('shop.thing', a)).toBe(1);
  });

  it('lets the duplicate do the work when the first one failed', async () => {
    const gate = Promise.withResolvers<void>();
    const first = add(claim('k4'), {}, () => gate.promise.then(() => Promise.reject(new Fault('conflict'))));
    const second = add(claim('k4'));
    gate.resolve();
    const outcomes = await Promise.allSettled([first, second]);
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(await database.count('shop.thing', a)).toBe(1);
  });

  it('belongs to a tenant, an actor and an operation', async () => {
    await add(claim('k5'));
    await add({ ...claim('k5'), operation: 'AddOther' });
    await add(claim('k5'), { actor: { ...actor, id: newId() } });
    await add(claim('k5'), { tenantId: b }).catch((error: unknown) => expect(error).toBeUndefined());
    expect(await database.count('shop.idempotency')).toBeGreaterThanOrEqual(4);
  });

  it('forgets after 24 hours', async () => {
    await add(claim('k6'));
    await database.admin(`update shop.idempotency set created_at = now() - interval '25 hours' where tenant_id = $1`, [
      a,
    ]);
    await add(claim('k6', 'another body'));
    expect(await database.count('shop.thing', a)).toBe(2);
  });

  it('stores neither the key nor the answer in clear', async () => {
    const { id } = (await add(claim('a-key-to-look-for'))) as { id: string };
    const rows = await database.admin(
      `select i::text as text, encode(answer, 'escape') as answer from shop.idempotency i where tenant_id = $1`,
      [a],
    );
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('a-key-to-look-for');
    expect(JSON.stringify(rows)).not.toContain(id);
  });
});
