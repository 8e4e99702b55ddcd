import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  deleteProviderKey,
  listModelProviders,
  listProviderKeys,
  publishPriceBook,
  putModelProvider,
  putProviderKey,
} from '@tenantry/contracts';
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

const KEY = 'sk-a-key-of-the-tenant-itself-9876';

describe('Keys for providers', () => {
  const clock = new MovedClock();
  const f = new CompletionsFixture({ clock });
  const { t } = f;
  const staff = (): TenantContext =>
    testContext(PLATFORM_TENANT_ID, { actor: { kind: 'user', id: PLATFORM_TENANT_ID, role: 'super_admin' } });
  let server: Server;
  let keys: (string | undefined)[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      keys.push(request.headers.authorization);
      response.setHeader('content-type', 'application/json');
      const message = { role: 'assistant', content: 'ok' };
      const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
      request
        .resume()
        .on('end', () => response.end(JSON.stringify({ choices: [{ message, finish_reason: 'stop' }], usage })));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(async () => {
    keys = [];
    const price = {
      contextTokens: 1_000,
      maxOutputTokens: 100,
      input: '1',
      cachedInput: null,
      output: '1',
      fallbacks: [],
    };
    const models = [{ model: 'remote', provider: 'acme', upstreamModel: null, ...price }];
    await t.bus.call(publishPriceBook, { models }, staff());
    await put({ apiKey: 'sk-platform' });
    await f.budget(t.a);
    await f.budget(t.b);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const baseUrl = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const put = (more: object) =>
    t.bus.call(putModelProvider, { name: 'acme', kind: 'openai', baseUrl: baseUrl(), ...more }, staff());
  const waitABit = (): number => (clock.aheadMs += 6_000);

  it('are the platform’s unless a tenant has its own, which no other tenant’s calls go out with', async () => {
    await t.a.call(putProviderKey, { provider: 'acme', apiKey: KEY });
    waitABit();
    await f.ask(t.a, 'x', { model: 'remote' });
    await f.ask(t.b, 'x', { model: 'remote' });
    await t.a.call(deleteProviderKey, { provider: 'acme' });
    waitABit();
    await f.ask(t.a, 'x', { model: 'remote' });
    expect(keys).toEqual([`Bearer ${KEY}`, 'Bearer sk-platform', 'Bearer sk-platform']);
  });

  it('are sealed where they are stored, told by their end alone, and in no event', async () => {
    const told = await t.a.call(putProviderKey, { provider: 'acme', apiKey: KEY });
    expect(told).toMatchObject({ provider: 'acme', endsWith: '9876' });
    expect((await t.a.call(listProviderKeys, {})).data).toMatchObject([{ provider: 'acme', endsWith: '9876' }]);
    expect((await t.b.call(listProviderKeys, {})).data).toEqual([]);
    const stored = await t.database.admin(
      'select api_key from agents.provider_key union all select api_key from agents.model_provider',
    );
    expect(JSON.stringify([stored, await t.outbox()])).not.toMatch(/sk-platform|a-key-of-the-tenant/);
    expect((await t.a.call(putProviderKey, { provider: 'acme', apiKey: 'short' })).endsWith).toBe('');
  });

  it('that nobody has set let nobody in, and other models stand in where there are any', async () => {
    await put({ name: 'keyless' });
    const price = {
      contextTokens: 1_000,
      maxOutputTokens: 100,
      input: '1',
      cachedInput: null,
      output: '1',
      fallbacks: [],
    };
    const models = [{ model: 'closed', provider: 'keyless', upstreamModel: null, ...price }];
    await t.bus.call(publishPriceBook, { models }, staff());
    waitABit();
    await expect(f.ask(t.a, 'x', { model: 'closed' })).rejects.toBeFault('model-unavailable');
    expect(keys).toEqual([]);
  });

  it('stay when a provider is changed without one', async () => {
    expect(await put({ timeoutMs: 5_000 })).toMatchObject({ hasKey: true, timeoutMs: 5_000 });
    const { data } = await t.bus.call(listModelProviders, {}, staff());
    expect(data.find(({ name }) => name === 'acme')).toMatchObject({ kind: 'openai', hasKey: true });
    waitABit();
    await f.ask(t.a, 'x', { model: 'remote' });
    expect(keys).toEqual(['Bearer sk-platform']);
  });

  it('are not found for another tenant, and set by those alone who may', async () => {
    await t.a.call(putProviderKey, { provider: 'acme', apiKey: KEY });
    await expect(t.b.call(deleteProviderKey, { provider: 'acme' })).rejects.toBeFault('not-found');
    await expect(
      t.a.call(putProviderKey, { provider: 'acme', apiKey: KEY }, { permissions: ['models.read'] }),
    ).rejects.toBeFault('forbidden');
    await expect(
      t.a.call(putModelProvider, { name: 'x', kind: 'openai', baseUrl: 'https://x.example' }),
    ).rejects.toBeFault('forbidden');
    await expect(put({ name: 'local' })).rejects.toBeFault('invalid-input', { field: 'name' });
  });
});
