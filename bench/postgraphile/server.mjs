import { createServer } from 'node:http';
import { importJWK, jwtVerify } from 'jose';
import pg from 'pg';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

/**
 * PostGraphile 5 as its documentation has it: a token verified for each request, its tenant given to row-level security through
 * `pgSettings`. Plans of operations are kept by the text of the operation, and nothing is explained or drawn.
 */
const { DATABASE_URL, BENCH_JWK, MAX_CONNECTIONS } = process.env;
const key = await importJWK(JSON.parse(BENCH_JWK), 'EdDSA');

async function tenantOf(authorization) {
  const { payload } = await jwtVerify(authorization?.replace(/^Bearer /, '') ?? '', key, {
    issuer: 'bench',
    algorithms: ['EdDSA'],
  });
  return payload.tenantId;
}

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: Number(MAX_CONNECTIONS) });
const server = createServer();
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ pool, schemas: ['plain'] })],
  grafserv: { graphiql: false, websockets: false, watch: false },
  grafast: {
    explain: false,
    async context({ node }) {
      return { pgSettings: { 'app.tenant_id': await tenantOf(node.req.headers.authorization) } };
    },
  },
});
await instance.createServ(grafserv).addTo(server);
await instance.getSchema();
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
