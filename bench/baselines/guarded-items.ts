import { fastify, type FastifyRequest } from 'fastify';
import pg from 'pg';
import { verifierOf } from './access-token.js';
import { COLUMNS, type Item, MAX_CONNECTIONS } from './items.js';

/**
 * Row-level security the usual way: a token verified by `jose`, then begin, set_config, statement and commit, a round trip
 * each, on a session of the pool. Statements with values are prepared.
 */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: MAX_CONNECTIONS });
const verify = await verifierOf(process.env.BENCH_JWK!);
const app = fastify();
const SET_TENANT = { name: 'tenant', text: `select set_config('app.tenant_id', $1, true)` };

async function asTenant<T extends pg.QueryResultRow>(
  { headers }: FastifyRequest,
  statementOf: (tenantId: string) => pg.QueryConfig,
): Promise<T[]> {
  const tenantId = await verify(headers.authorization);
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query({ ...SET_TENANT, values: [tenantId] });
    const { rows } = await client.query<T>(statementOf(tenantId));
    await client.query('commit');
    return rows;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

app.get<{ Params: { id: string } }>('/items/:id', async (request) => {
  const text = `select ${COLUMNS} from plain.guarded_item where id = $1`;
  return (await asTenant<Item>(request, () => ({ name: 'read', text, values: [request.params.id] })))[0];
});

app.get('/items', (request) =>
  asTenant<Item>(request, () => ({
    name: 'list',
    text: `select ${COLUMNS} from plain.guarded_item order by id limit 50`,
  })),
);

app.post<{ Body: Item }>('/items', async (request, reply) => {
  const { name, status, amount } = request.body;
  const text = `insert into plain.guarded_item (tenant_id, name, status, amount) values ($1, $2, $3, $4) returning ${COLUMNS}`;
  const write = (tenantId: string): pg.QueryConfig => ({
    name: 'write',
    text,
    values: [tenantId, name, status, amount],
  });
  return reply.code(201).send((await asTenant<Item>(request, write))[0]);
});

console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
