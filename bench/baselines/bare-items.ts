import { fastify } from 'fastify';
import pg from 'pg';
import { COLUMNS, type Item, MAX_CONNECTIONS } from './items.js';

/** Rows over HTTP without tenancy, credential, limits, checks or bus: Fastify, and prepared statements of bare `pg`. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: MAX_CONNECTIONS });
const app = fastify();

interface Path {
  Params: { tenantId: string; id: string };
}

app.get<Path>('/:tenantId/items/:id', async ({ params }) => {
  const text = `select ${COLUMNS} from plain.item where tenant_id = $1 and id = $2`;
  const { rows } = await pool.query<Item>({ name: 'read', text, values: [params.tenantId, params.id] });
  return rows[0];
});

app.get<Path>('/:tenantId/items', async ({ params }) => {
  const text = `select ${COLUMNS} from plain.item where tenant_id = $1 order by id limit 50`;
  return (await pool.query<Item>({ name: 'list', text, values: [params.tenantId] })).rows;
});

app.post<Path & { Body: Item }>('/:tenantId/items', async ({ params, body }, reply) => {
  const text = `insert into plain.item (tenant_id, name, status, amount) values ($1, $2, $3, $4) returning ${COLUMNS}`;
  const values = [params.tenantId, body.name, body.status, body.amount];
  const { rows } = await pool.query<Item>({ name: 'write', text, values });
  return reply.code(201).send(rows[0]);
});

console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
