import { getMyTenant } from '@tenantry/contracts';
import { TestGateway } from '../services/gateway/src/testing/test-gateway.js';
import { fastify } from 'fastify';
import autocannon from 'autocannon';
const big = { TENANT_RATE_PER_S: '10000000', TENANT_BURST: '10000000', ADDRESS_RATE_PER_S: '10000000', ADDRESS_BURST: '10000000' };
const gateway = await TestGateway.start({ settings: big });
const a = await gateway.tenant('chinook');
const answer = JSON.stringify({ id: a.id, slug: 'x'.repeat(20), name: 'y'.repeat(200) });
const payload = Buffer.from(answer);
gateway.services.forward = (() => Promise.resolve({ payload, fault: null, status: null, headers: null, body: null })) as never;
const url = await gateway.http.listen({ port: 0, host: '127.0.0.1' });
const bare = fastify();
bare.get('/tenants/:id', async () => JSON.parse(answer) as object);
const bareUrl = await bare.listen({ port: 0, host: '127.0.0.1' });
void getMyTenant;
async function load(u: string, headers: Record<string, string>) {
  const cpu = process.cpuUsage();
  const r = await autocannon({ url: u, headers, connections: 16, duration: 4, workers: 1 } as never);
  const used = process.cpuUsage(cpu);
  console.log(u, r.requests.average, 'rps', ((used.user + used.system) / r.requests.total).toFixed(1), 'us cpu/request', r.non2xx);
}
for (let i = 0; i < 3; i++) {
  await load(`${bareUrl}/tenants/1`, {});
  await load(`${url}/v1/tenant`, { authorization: `Bearer ${a.owner.token}` });
}
process.exit();
