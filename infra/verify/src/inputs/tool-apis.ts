import { json } from '../client/client.js';
import { Canary } from '../world/canary.js';
import type { Bench, Maker } from './kinds.js';
import { TOOL_API, TOOL_HOST } from './tool-api.js';

const allowHost = ({ workshop, tenant }: Bench): Promise<unknown> =>
  workshop.client.must(tenant.owner, json('PUT', '/v1/tool-hosts', { hosts: [TOOL_HOST] }));

/** APIs whose operations are tools, and endpoints that are asked what tools and models may be told. */
export const toolApis = {
  toolHost: async (bench) => {
    await allowHost(bench);
    return { api: TOOL_API };
  },
  toolApi: async (bench) => {
    const { workshop, tenant } = bench;
    const name = tenant.canary.word();
    await allowHost(bench);
    await workshop.client.must(tenant.owner, json('PUT', `/v1/tool-apis/${name}`, { api: TOOL_API }));
    return { name };
  },
  guardrailWebhook: async ({ workshop, tenant }) => {
    const name = tenant.canary.word();
    // In shadow mode: the tenant's calls to models go on.
    const body = { url: 'https://192.0.2.1/', mode: 'shadow', timeoutMs: 50 };
    await workshop.client.must(tenant.owner, json('PUT', `/v1/guardrail-webhooks/${name}`, body));
    return { name };
  },
  guardrailAlert: async ({ workshop, tenant }) => {
    const name = tenant.canary.word();
    const body = { email: `${name}@alerts.example` };
    await workshop.client.must(tenant.owner, json('PUT', `/v1/guardrail-alerts/${name}`, body));
    return { name };
  },
  offeredToolApi: async ({ workshop }) => {
    const name = new Canary().word(); // every tenant sees it: it must not be any tenant's word
    await workshop.client.must(workshop.admin, json('PUT', `/v1/platform/tool-apis/${name}`, { api: TOOL_API }));
    return { name };
  },
} as const satisfies Record<string, Maker>;
