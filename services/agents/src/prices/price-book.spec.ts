import { getPriceBook, listModels, publishPriceBook, type ModelPrice } from '@tenantry/contracts';
import { PLATFORM_TENANT_ID, type Clock, type TenantContext } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { CompletionsFixture } from '../completions/completions.fixture.js';

/** Time that a test moves. */
class MovedClock implements Clock {
  aheadMs = 0;
  now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }
}

describe('A price book', () => {
  const clock = new MovedClock();
  const f = new CompletionsFixture({ clock });
  const { t } = f;
  const staff = (): TenantContext =>
    testContext(PLATFORM_TENANT_ID, { actor: { kind: 'user', id: PLATFORM_TENANT_ID, role: 'super_admin' } });
  const price = (more: Partial<ModelPrice> = {}): ModelPrice => ({
    ...{
      model: 'small',
      provider: 'local',
      upstreamModel: 'local-rules',
      contextTokens: 10_000,
      maxOutputTokens: 1_000,
    },
    ...{ input: '0.15', cachedInput: null, output: '0.60', fallbacks: [] },
    ...more,
  });
  const publish = (...models: ModelPrice[]) => t.bus.call(publishPriceBook, { models }, staff());
  const waitABit = (): number => (clock.aheadMs += 6_000);

  it('is in force for every tenant a few seconds later, in the form that OpenAI clients list', async () => {
    const { version } = await publish(price(), price({ model: 'large', input: '3', output: '15.00' }));
    waitABit();
    for (const tenant of [t.a, t.b]) {
      const { object, data } = await tenant.call(listModels, {});
      expect(object).toBe('list');
      expect(data.map(({ id }) => id)).toEqual(['local-rules', 'large', 'small']);
      expect(data[1]).toMatchObject({
        object: 'model',
        owned_by: 'local',
        input: '3.00',
        cachedInput: '3.00',
        output: '15.00',
      });
    }
    expect(await t.bus.call(getPriceBook, { version: 'current' }, staff())).toMatchObject({ version });
  });

  it('published by several at once gets one number each, and the last one is in force', async () => {
    const { version: first } = await publish(price());
    const published = await Promise.all([1, 2, 3, 4].map((n) => publish(price({ input: `${n}.00` }))));
    const versions = published.map(({ version }) => version).toSorted((one, other) => one - other);
    expect(versions).toEqual([1, 2, 3, 4].map((n) => first + n));
    const current = await t.bus.call(getPriceBook, { version: 'current' }, staff());
    expect(current).toMatchObject({
      version: first + 4,
      models: published.find((one) => one.version === first + 4)!.models,
    });
  });

  it('never changes: the next one has the next number, and calls remember by which they were rated', async () => {
    const first = await publish(price());
    waitABit();
    await f.budget(t.a);
    const before = await f.ask(t.a, 'Hello', { model: 'small' });
    const second = await publish(price({ input: '1.50', output: '6.00' }));
    waitABit();
    const after = await f.ask(t.a, 'Hello', { model: 'small' });
    expect(second.version).toBe(first.version + 1);
    expect(Number(after.tenantry.cost)).toBeCloseTo(10 * Number(before.tenantry.cost), 9);
    expect((await t.bus.call(getPriceBook, { version: String(first.version) }, staff())).models[0]!.input).toBe('0.15');
    const rows = await t.database.admin<{ version: number }>(
      'select price_version as version from agents.completion where tenant_id = $1 order by id',
      [t.a.id],
    );
    expect(rows.map(({ version }) => version)).toEqual([first.version, second.version]);
  });

  it('names what stands in for a model, which then answers and is what counts', async () => {
    await publish(
      price({ model: 'first', provider: 'nobody', fallbacks: ['second'] }),
      price({ model: 'second', input: '30' }),
    );
    waitABit();
    await f.budget(t.a);
    const { id, tenantry } = await f.ask(t.a, 'Hello', { model: 'first' });
    const [row] = await t.database.admin<{ answered_by: string }>(
      'select answered_by from agents.completion where id = $1',
      [id],
    );
    expect(row).toEqual({ answered_by: 'second' });
    expect(Number(tenantry.cost)).toBeGreaterThan(0.0002);
  });

  it.each([
    [[price(), price()], 'models[1].model'],
    [[price({ fallbacks: ['none'] })], 'models[0].fallbacks'],
    [[price({ fallbacks: ['small'] })], 'models[0].fallbacks'],
    [[price({ input: '-1' })], 'models[0].input'],
    [[price({ output: '1e3' })], 'models[0].output'],
    [[price({ maxOutputTokens: 10_001 })], 'models[0].maxOutputTokens'],
  ])('with %j is refused by the name of the field', async (models, field) => {
    await expect(publish(...models)).rejects.toBeFault('invalid-input', { field });
  });

  it('is for platform staff alone', async () => {
    await expect(t.a.call(publishPriceBook, { models: [price()] })).rejects.toBeFault('forbidden');
    await expect(t.a.call(getPriceBook, { version: 'current' })).rejects.toBeFault('forbidden');
  });
});
