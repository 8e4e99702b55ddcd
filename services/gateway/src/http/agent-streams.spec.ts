import { createHash, randomBytes } from 'node:crypto';
import { importRows } from '@tenantry/contracts';
import { Fault, newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

const LATER = { version: 1, expiresAt: '2999-01-01T00:00:00Z' };

describe('an agent’s stream over a real connection', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let url: string;
  let isOver: boolean;
  let stops = 0;
  const [agentId, tokenId] = [newId(), newId()];
  const token = `at_live_${randomBytes(32).toString('base64url')}`;

  beforeEach(async () => {
    isOver = false;
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
    url = await gateway.http.listen({ port: 0, host: '127.0.0.1' });
    putAgent('active', 1);
    gateway.directories.agentTokens.put(createHash('sha256').update(token).digest('hex'), {
      ...{ ...LATER, tenantId: a.id, agentId, tokenId, audiences: ['api'], grants: ['rows.*'] },
      ...{ onBehalfOf: a.owner.id, locationId: null },
    });
  });
  afterEach(() => {
    isOver = true;
    return gateway.close();
  });

  const putAgent = (status: 'active' | 'paused', version: number, grants = ['rows.*']): void =>
    gateway.directories.agents.put(agentId, {
      ...{ version, tenantId: a.id, status, publishedVersion: 1, grants, tools: [], models: [] },
      ...{ data: [], dataClasses: [], locationIds: [] },
    });
  const stopAgents = (id: string): void =>
    gateway.directories.agentStops.put(id, { version: ++stops, stopped: true, reason: null });

  /** Sends rows without end; `onBegin` is called when they have begun to arrive. */
  async function upload(onBegin: () => void): Promise<number> {
    gateway.services.answer(importRows, async ({ upload: rows, signal }) => {
      const cut = new Promise<never>((_, reject) => {
        signal!.addEventListener('abort', () => reject(signal!.reason as Fault), { once: true });
      });
      const taken = (async () => {
        let begun = false;
        for await (const chunk of rows!) {
          if (!begun && chunk.length > 0) onBegin();
          begun = true;
        }
      })();
      await Promise.race([taken, cut]);
      return { table: 'tracks', rows: '1', bytes: '1' };
    });
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (isOver) controller.close();
        else controller.enqueue(Buffer.alloc(1_024, 'x'));
      },
    });
    const headers = { ...bearer(token), 'content-type': 'application/x-ndjson' };
    const answer = await fetch(`${url}/rest/v1/tracks/import`, {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    } as RequestInit);
    await answer.arrayBuffer();
    return answer.status;
  }

  it.each<[string, number, () => void]>([
    ['its token is revoked', 401, () => gateway.directories.agentRevocations.put(tokenId, LATER)],
    ['the agent is paused', 423, () => putAgent('paused', 2)],
    ['another configuration does not let it', 403, () => putAgent('active', 2, ['rows.read'])],
    ['its tenant’s agents are stopped', 423, () => stopAgents(a.id)],
    ['all agents are stopped', 423, () => stopAgents(PLATFORM_TENANT_ID)],
    ['the member it acts for is removed', 401, () => gateway.setMember(a.owner.id, { memberships: [] })],
    ['its tenant is suspended', 423, () => gateway.setTenant(a.id, { status: 'suspended' })],
  ])('is cut when %s', async (_, status, change) => {
    expect(await upload(change)).toBe(status);
  });

  it('goes on when another tenant’s agents are stopped', async () => {
    const other = await gateway.tenant('clinic');
    const end = (): void => {
      stopAgents(other.id);
      isOver = true;
    };
    expect(await upload(end)).toBe(200);
  });
});
