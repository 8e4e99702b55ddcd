import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/**
 * What lies in the state directory of an instance on this machine. The attacks of the demo need it: an attacker on the bus or in SQL is
 * somebody who got hold of a login, and the demo plays that part.
 */
export class Instance {
  constructor(private readonly stateDir: string) {}

  /** A secret of the instance, e.g. `gateway.nk`. */
  secret(name: string): Promise<string> {
    return readFile(join(this.stateDir, 'secrets', name), 'utf8');
  }

  /** Where its nats-server listens. */
  async natsUrl(): Promise<string> {
    return `nats://127.0.0.1:${(await this.secret('nats.port')).trim()}`;
  }

  /** A session with its Postgres under one of its logins. */
  async connect(login: 'data_service' | 'postgres', database = 'postgres'): Promise<pg.Client> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: Number(await this.secret('postgres.port')),
      database,
      user: login,
      password: await this.secret(login === 'postgres' ? 'postgres.password' : 'data.password'),
    });
    client.on('error', () => undefined); // a session that suspension cuts is reported by its next query
    await client.connect();
    return client;
  }
}

/** Begins a transaction as the data service does for a tenant's owner: its tenant, its role, the actor's role. */
export async function beginAsTenant(client: pg.Client, tenantId: string): Promise<void> {
  await client.query('begin');
  const text = `select set_config('app.tenant_id', $1, true), set_config('app.actor_role', 'owner', true), set_config('role', $2, true)`;
  await client.query(text, [tenantId, tenantRole(tenantId)]);
}

/** The name that a tenant's schema and its database role share. */
export function tenantRole(tenantId: string): string {
  return `t_${tenantId.replaceAll('-', '')}`;
}
