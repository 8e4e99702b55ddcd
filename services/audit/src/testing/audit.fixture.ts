import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Provider } from '@nestjs/common';
import {
  parseCheckpoint,
  verifyExport,
  type SignedCheckpoint,
  type Trusted,
  type Verified,
} from '@tenantry/audit-proofs';
import {
  exportAuditLog,
  getAuditCheckpoint,
  MemberAdded,
  type AuditCheckpoint,
  type ExportAuditLogRequest,
} from '@tenantry/contracts';
import type { RowChange } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { Bus } from '@tenantry/messaging';
import { Logger, Mailer, OutboundHttp } from '@tenantry/service';
import { tenantsOnRealPostgres, testContext, type Tenants, type TestTenant } from '@tenantry/testing';
import { auditService } from '../audit.module.js';
import { AuditSettings } from '../config.js';

export const READER = { permissions: ['audit.read'] };
const ROWS_AN_EVENT = 100;

/** What was logged as an error. */
export interface Reported {
  readonly facts: Record<string, unknown>;
  readonly text: string;
}

/** The audit service with a signing key of its own, and tenants A and B. */
export interface AuditTenants extends Tenants {
  readonly reported: readonly Reported[];
  /** Puts so many entries into a tenant's log; the rows have an address that is sealed. */
  write(tenant: TestTenant, entries: number, occurredAt?: Date): Promise<void>;
  /** Does what is done every second. */
  sign(): Promise<void>;
  checkpoint(tenant: TestTenant, size?: bigint): Promise<AuditCheckpoint>;
  /** The checkpoint as an auditor keeps it in a file. */
  keep(tenant: TestTenant): Promise<SignedCheckpoint>;
  export(
    tenant: TestTenant,
    request?: Partial<ExportAuditLogRequest>,
    permissions?: readonly string[],
  ): Promise<string>;
}

/** Starts it for the suite that calls this; `providers` are what it reaches besides: the bus, mail, the web. */
export function auditTenants(providers: readonly Provider[] = []): AuditTenants {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-audit-'));
  const keyFile = join(folder, 'audit.pem');
  writeFileSync(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const reported: Reported[] = [];
  beforeEach(() => void reported.splice(0));
  const t = tenantsOnRealPostgres(auditService, {
    providers: [
      { provide: AuditSettings, useValue: new AuditSettings({ AUDIT_KEY_FILE: keyFile }) },
      { provide: Logger, useValue: keepingErrors(reported) },
      { provide: Bus, useValue: {} },
      { provide: Mailer, useValue: {} },
      { provide: OutboundHttp, useValue: {} },
      ...providers,
    ],
  });
  const checkpoint = (tenant: TestTenant, size?: bigint): Promise<AuditCheckpoint> =>
    tenant.call(getAuditCheckpoint, { size }, READER);
  return Object.assign(t, {
    reported,
    write: (tenant: TestTenant, entries: number, occurredAt?: Date) => write(t, tenant, entries, occurredAt),
    sign: () => t.bus.runSchedule('audit.checkpoints'),
    checkpoint,
    keep: async (tenant: TestTenant) => parseCheckpoint((await checkpoint(tenant)).note),
    export: (tenant: TestTenant, request = {}, permissions: readonly string[] = READER.permissions) =>
      exported(t, tenant, request, permissions),
  });
}

async function write(t: Tenants, tenant: TestTenant, entries: number, occurredAt = new Date()): Promise<void> {
  const changes = await Promise.all(Array.from({ length: entries }, () => memberAdded(t, tenant)));
  const events = Array.from({ length: Math.ceil(entries / ROWS_AN_EVENT) }, (_, i) => ({
    event: new MemberAdded({ personId: newId(), role: 'staff' }),
    tenantId: tenant.id,
    facts: { occurredAt, changes: changes.slice(i * ROWS_AN_EVENT, (i + 1) * ROWS_AN_EVENT) },
  }));
  await t.bus.deliverBatch('audit.log', events);
}

async function memberAdded({ doors: { vault } }: Tenants, { id: tenantId }: TestTenant): Promise<RowChange> {
  const id = newId();
  const email = `${id}@example.com`;
  const { commitment, salt } = vault.commit(email);
  const sealed = await vault.seal(
    tenantId,
    { table: 'member', column: 'email', row: id },
    JSON.stringify([salt, email]),
  );
  return { resource: 'member', id, action: 'insert', new: { role: 'staff', email: { commitment, sealed } } };
}

async function exported(
  t: Tenants,
  tenant: TestTenant,
  request: Partial<ExportAuditLogRequest>,
  permissions: readonly string[],
): Promise<string> {
  const payload = JSON.stringify(request);
  const { body, fault } = await t.bus.send(
    exportAuditLog,
    payload,
    testContext(tenant.id, { permissions: [...permissions] }),
  );
  if (!body) throw new Error(`no export: ${fault?.reason}`);
  return Buffer.concat(await Array.fromAsync(body)).toString();
}

/** Verifies an export as the command does, from its bytes alone. */
export function verify(text: string, trusted: Partial<Trusted> = {}): Promise<Verified> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  return verifyExport(bytes(), { checkpoints: [], keys: [], ...trusted });
}

function keepingErrors(reported: Reported[]): Pick<Logger, 'debug' | 'info' | 'warn' | 'error'> {
  const nothing = (): void => undefined;
  const error = (facts: object, text: string): void => void reported.push({ facts: { ...facts }, text });
  return { debug: nothing, info: nothing, warn: nothing, error };
}
