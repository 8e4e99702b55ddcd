import { publishAgentVersion, putToolApi, replaceToolHosts } from '@tenantry/contracts';
import { draft, member, newAgent } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';

const shop = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  paths: { '/orders': { get: { operationId: 'listOrders', responses: {} } } },
};

describe('A version that names what is not there', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const tool = (name: string) => [{ name, needsApproval: false }];
  const publishing = async (tenant = t.a, config: object = {}): Promise<number | null | undefined> => {
    const { id: agentId } = await newAgent(tenant);
    const { number } = await draft(tenant, agentId, { model: 'local-rules', ...config });
    return (await tenant.call(publishAgentVersion, { agentId, number })).publishedVersion;
  };
  beforeEach(() => {
    for (const { id } of [t.a, t.b])
      t.bus.directories.entitlements.put(id, {
        ...{ version: ++version, overrides: {} },
        plan: { models: { kind: 'boolean', enabled: true }, tools: { kind: 'boolean', enabled: true } },
      });
  });
  let version = 1_000_000;

  it.each([
    ['model', { model: 'local-rule' }, 'config.model'],
    ['model to fall back to', { fallbackModels: ['local-rules', 'other'] }, 'config.fallbackModels[1]'],
    ['tool', { tools: [...tool('list_meters'), ...tool('list_metres')] }, 'config.tools[1].name'],
    ['tool of an API', { tools: tool('shop__list_orders') }, 'config.tools[0].name'],
  ])('is not put in force, and told which %s', async (_, config, field) => {
    await expect(publishing(t.a, config)).rejects.toBeFault('invalid-input', { field });
    expect(await publishing(t.b, { tools: tool('list_meters') })).toBe(1);
  });

  it('can be put in force as soon as the tenant has it, and no sooner in another', async () => {
    const config = { tools: tool('shop__listorders') };
    await expect(publishing(t.a, config)).rejects.toBeFault('invalid-input');
    await t.a.call(replaceToolHosts, { hosts: ['orders.example.com'] }, member());
    const reached = { baseUrl: 'https://orders.example.com', credential: { kind: 'none' } };
    const api = { ...reached, document: shop, operations: [], tenantParameters: [] };
    const { tools } = await t.a.call(putToolApi, { name: 'shop', api }, member());
    const named = { tools: tool(tools[0]!.name) };
    expect(await publishing(t.a, named)).toBe(1);
    await expect(publishing(t.b, named)).rejects.toBeFault('invalid-input', { field: 'config.tools[0].name' });
  });
});
