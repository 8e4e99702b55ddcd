import type { Client } from './client.js';
import type { World } from './world.js';

type Supply = (world: World, self: Client) => Promise<Readonly<Record<string, string>>>;

const HOST = 'orders.example.com';
const DOCUMENT = { openapi: '3.1.0', paths: { '/orders': { get: { operationId: 'listOrders' } } } };
const API = { baseUrl: `https://${HOST}/v1`, document: DOCUMENT, credential: { kind: 'none' } };
/** A tenant has few of them at a time: cases take turns with these names. */
const NAMES = ['one', 'two', 'three', 'four', 'five'];
let turn = 0;

const allowHost = async ({ a }: World): Promise<void> => {
  await a.owner.must('PUT', '/v1/tool-hosts', { hosts: [HOST] });
};
const nextName = (): string => NAMES[(turn += 1) % NAMES.length]!;

const publishTemplate = async ({ staff }: World, name: string): Promise<string> => {
  const body = { title: 'Fuzz', config: { model: 'fuzz' } };
  await staff.must('POST', `/v1/platform/agent-templates/${name}/versions`, body);
  return name;
};

/** What inputs about HTTP APIs and templates name. */
export const toolSupplies: Readonly<Record<string, Supply>> = {
  toolHost: async (world) => {
    await allowHost(world);
    return { host: HOST };
  },
  toolApi: async (world) => {
    const name = nextName();
    await allowHost(world);
    await world.a.owner.must('PUT', `/v1/tool-apis/${name}`, { api: API });
    return { name };
  },
  guardrailWebhook: async (world) => {
    const name = ['first', 'second'][(turn += 1) % 2]!;
    const body = { url: 'https://192.0.2.1/', mode: 'shadow', timeoutMs: 50 };
    await world.a.owner.must('PUT', `/v1/guardrail-webhooks/${name}`, body);
    return { name };
  },
  guardrailAlert: async (world) => {
    const name = ['first', 'second'][(turn += 1) % 2]!;
    await world.a.owner.must('PUT', `/v1/guardrail-alerts/${name}`, { email: 'alerts@example.com' });
    return { name };
  },
  offeredToolApi: async (world) => {
    const name = `offered_${nextName()}`;
    await world.staff.must('PUT', `/v1/platform/tool-apis/${name}`, { api: API });
    return { name };
  },
  agentTemplate: async (world) => ({ name: await publishTemplate(world, world.fresh('t')) }),
  outdatedAgent: async (world) => {
    const name = await publishTemplate(world, world.fresh('t'));
    const body = { agentName: world.fresh('a') };
    const { id } = await world.a.owner.must<{ id: string }>('POST', `/v1/agent-templates/${name}/agents`, body);
    await publishTemplate(world, name);
    return { id };
  },
};
