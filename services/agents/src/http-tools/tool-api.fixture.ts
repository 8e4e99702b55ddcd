import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  callAgentTool,
  deleteToolApi,
  issueAgentToken,
  listAgentTools,
  putToolApi,
  replaceToolHosts,
  type CallAgentToolResponse,
  type ToolApi,
  type ToolApiDefinition,
} from '@tenantry/contracts';
import { PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { agentsOnRealPostgres, asAgent, join, liveAgent, OtherServices } from '../agents.fixture.js';

/** A request that the API was sent. */
interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const DOCUMENT = {
  openapi: '3.1.0',
  servers: [{ url: 'http://169.254.169.254/latest' }],
  paths: {
    '/orders/{id}': {
      get: {
        operationId: 'getOrder',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 40 } },
          { name: 'fields', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
          { name: 'account', in: 'query', required: true, schema: { type: 'string' } },
        ],
      },
    },
    '/orders': {
      post: {
        operationId: 'addOrder',
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['tenantId', 'count'],
                properties: {
                  tenantId: { type: 'string' },
                  count: { type: 'integer', minimum: 1 },
                  note: { type: 'string' },
                },
              },
            },
          },
        },
      },
    },
  },
};
export const TOOLS = ['shop__get_order', 'shop__add_order'];
export const SECRET = 'sk-of-the-shop-4711';

/** The agents service beside a real HTTP API, which both tenants may reach. */
export class ToolApiFixture {
  /** Made while a suite is described. */
  readonly services = new OtherServices();
  readonly t = agentsOnRealPostgres({ services: this.services, networks: ['127.0.0.0/8'] });
  seen: Seen[] = [];
  /** What the API answers. */
  answer: (response: ServerResponse) => void = (response) => response.end('{}');
  private server!: Server;

  constructor() {
    beforeAll(async () => {
      this.server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { method = '', url = '', headers } = request;
          this.seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
          this.answer(response);
        });
      });
      await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    });
    beforeEach(async () => {
      this.seen = [];
      this.answer = (response) => response.end('{"state":"open"}');
      for (const tenant of [this.t.a, this.t.b]) await tenant.call(replaceToolHosts, { hosts: [this.host()] });
    });
    afterAll(() => new Promise((resolve) => this.server.close(resolve)));
  }

  host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  staff(): TenantContext {
    return testContext(PLATFORM_TENANT_ID, { actor: { kind: 'user', id: PLATFORM_TENANT_ID, role: 'super_admin' } });
  }

  definition(more: Partial<ToolApiDefinition> = {}): ToolApiDefinition {
    return {
      ...{ baseUrl: `http://${this.host()}/v1`, document: DOCUMENT, operations: [], tenantParameters: ['account'] },
      ...{ credential: { kind: 'bearer', secret: SECRET }, timeoutMs: null },
      ...more,
    };
  }

  put(tenant: TestTenant, more: Partial<ToolApiDefinition> = {}, name = 'shop'): Promise<ToolApi> {
    return tenant.call(putToolApi, { name, api: this.definition(more) });
  }

  /** Does something while the tenant has both APIs; what it did not have before is gone again afterwards. */
  private async withApis<T>(tenant: TestTenant, work: () => Promise<T>): Promise<T> {
    const known = (await tenant.call(listAgentTools, {})).data;
    const missing = ['shop', 'gone'].filter((api) => !known.some(({ name }) => name.startsWith(`${api}__`)));
    for (const name of missing) await this.put(tenant, {}, name);
    const done = await work();
    for (const name of missing) await tenant.call(deleteToolApi, { name });
    return done;
  }

  /** An agent that may call the tools of the API named shop, and one that there is not. */
  async agentOf(tenant: TestTenant, audience = 'api', needsApproval = false): Promise<Partial<TenantContext>> {
    const tools = [...TOOLS, 'gone__get_order'].map((name) => ({ name, needsApproval }));
    const id = await this.withApis(tenant, async () => (await liveAgent(this.t, tenant, { tools })).id);
    const who = join(this.t, tenant.id);
    return asAgent(await tenant.call(issueAgentToken, { agentId: id, audiences: [audience] }, who));
  }

  call(tenant: TestTenant, who: Partial<TenantContext>, name: string, given: object): Promise<CallAgentToolResponse> {
    return tenant.call(callAgentTool, { name, arguments: given as Record<string, unknown> }, who);
  }
}
