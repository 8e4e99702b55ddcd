import type { Provider } from '@nestjs/common';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditService } from '@tenantry/audit';
import { migrate, openDoors } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { Bus } from '@tenantry/messaging';
import { Mailer, OutboundHttp } from '@tenantry/service';
import { InMemoryBus } from '@tenantry/testing/bus';
import pg from 'pg';
import { takeFolder, takePostgres } from '../instance/place.js';
import { Findings } from './findings.js';

const PASSWORD = 'bench';

/** The audit service on a Postgres of its own. */
export interface AuditPlace {
  readonly bus: InMemoryBus;
  /** A superuser's session. */
  readonly client: pg.Client;
  /** Where files may lie. */
  readonly directory: string;
  readonly findings: Findings;
}

/** Opens the place with so many tenants; everything of it ends with the stack. */
export async function takeAuditPlace(
  stack: AsyncDisposableStack,
  count: number,
): Promise<{ readonly place: AuditPlace; readonly tenants: string[] }> {
  const directory = takeFolder(stack);
  const { url } = await takePostgres(stack, directory);
  await migrate(url, [{ ...auditService, migrations: auditService.migrations!, password: PASSWORD }]);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  stack.defer(() => client.end());
  const login = new URL(url);
  [login.username, login.password] = ['audit_service', PASSWORD];
  const masterKey = new Uint8Array(32).fill(1);
  const doors = openDoors({ url: login.href, service: 'audit', maxConnections: 8, masterKey });
  stack.defer(() => doors.close());
  const bus = await InMemoryBus.start({ service: auditService, doors, providers: providersIn(directory) });
  stack.defer(() => bus.close());
  const tenants = Array.from({ length: count }, () => newId());
  for (const id of tenants) {
    await client.query(`insert into platform.tenant_status values ($1, 'active', 'pool', 'home', 1)`, [id]);
    bus.announce(id);
  }
  return { place: { bus, client, directory, findings: new Findings() }, tenants };
}

function providersIn(directory: string): Provider[] {
  const keyFile = join(directory, 'audit.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const Settings = auditService.settings!;
  const outside = [Bus, Mailer, OutboundHttp].map((provide) => ({ provide, useValue: {} })); // nothing is anchored here
  return [...outside, { provide: Settings, useValue: new Settings({ AUDIT_KEY_FILE: keyFile }) }];
}
