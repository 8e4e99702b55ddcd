import { fastify } from 'fastify';
import pg from 'pg';

/**
 * What the same read costs without any of it: no tenancy, no credential, no limits, no bus; a prepared read by bare `pg`,
 * printed by JSON.stringify. Takes the database as DATABASE_URL and says its address on its first line.
 */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const text = `select tenant_id as "id", slug, name, status, isolation, industry, region, time_zone as "timezone",
  organization_id as "organizationId", sandbox_of as "sandboxOf", suspension_reason as "suspensionReason",
  created_at as "createdAt", status_changed_at as "statusChangedAt" from tenants.tenant where tenant_id = $1`;
const app = fastify();

app.get<{ Params: { id: string } }>('/tenants/:id', async (request) => {
  const { rows } = await pool.query<object>({ name: 'read', text, values: [request.params.id] });
  return rows[0];
});

console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
