import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Module } from '@nestjs/common';
import {
  exportRows,
  getMyTenant,
  importRows,
  Reply,
  type ExportRowsRequest,
  type GetMyTenantRequest,
  type ImportReport,
  type ImportRowsRequest,
  type RowsReply,
  type Tenant,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { Handles, type BucketName, type Bus } from '@tenantry/messaging';
import { boot, defineService, type ServiceHandle } from '@tenantry/service';
import { TestIssuers, TestNats } from '@tenantry/testing';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { gatewayService } from '../gateway.module.js';

const CHUNK = Buffer.alloc(32 * 1024, 'x');

@Controller()
class AnswerMyTenant {
  @Handles(getMyTenant)
  handle(_request: GetMyTenantRequest, ctx: TenantContext): Tenant {
    return Object.assign(new getMyTenant.output(), { id: ctx.tenantId });
  }
}

@Controller()
class TakeImport {
  @Handles(importRows)
  async handle(
    { table }: ImportRowsRequest,
    _ctx: TenantContext,
    upload: AsyncIterable<Uint8Array>,
  ): Promise<ImportReport> {
    let bytes = 0;
    for await (const chunk of upload) bytes += chunk.length;
    return Object.assign(new importRows.output(), { table, rows: 1n, bytes: BigInt(bytes) });
  }
}

@Controller()
class GiveExport {
  /** Ten megabytes, or without end for the table `endless`. */
  @Handles(exportRows)
  handle({ table }: ExportRowsRequest): Reply<RowsReply> {
    async function* rows(): AsyncGenerator<Uint8Array> {
      for (let given = 0; table === 'endless' || given < 10 * 1024 * 1024; given += CHUNK.length) yield CHUNK;
    }
    return new Reply<RowsReply>(rows() as never);
  }
}

@Module({ controllers: [AnswerMyTenant] })
class TenantsModule {}

@Module({ controllers: [TakeImport, GiveExport] })
class DataModule {}

const watches = ['tenants', 'revocations'] as const;
export const tenants = defineService({
  name: 'tenants',
  module: TenantsModule,
  buckets: ['tenants', 'policies'],
  watches,
});
export const identity = defineService({
  name: 'identity',
  module: class {},
  buckets: ['members', 'keys', 'revocations'],
});
export const data = defineService({ name: 'data', module: DataModule, watches });

/** Gateways and small services over a real nats-server; the directories are written as their owners write them. */
export class EdgeOnNats {
  private readonly running: ServiceHandle[] = [];
  private version = 0;

  private constructor(
    readonly nats: TestNats,
    private readonly issuers: TestIssuers,
    private readonly accessKey: CryptoKey,
    private readonly directory: string,
    private readonly owners: Readonly<Record<'tenants' | 'identity', Bus>>,
  ) {}

  static async start(): Promise<EdgeOnNats> {
    const definitions = [tenants, identity, data, gatewayService];
    const nats = await TestNats.start(definitions);
    const issuers = await TestIssuers.create(definitions.map(({ name }) => name));
    const directory = mkdtempSync(join(tmpdir(), 'tenantry-edge-'));
    const access = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    writeFileSync(
      join(directory, 'access.jwks'),
      JSON.stringify({ keys: [{ ...(await exportJWK(access.publicKey)), kid: 'a', alg: 'EdDSA' }] }),
    );
    writeFileSync(join(directory, 'context.jwks'), JSON.stringify(issuers.jwks));
    const owners = { tenants: await nats.connect('tenants'), identity: await nats.connect('identity') };
    return new EdgeOnNats(nats, issuers, access.privateKey, directory, owners);
  }

  /** Boots a service as its process would. */
  async boot(service: typeof gatewayService, settings: Readonly<Record<string, string>> = {}): Promise<ServiceHandle> {
    const secret = (name: string, text: string): string => {
      const file = join(this.directory, `${service.name}.${name}`);
      writeFileSync(file, text, { mode: 0o600 });
      return file;
    };
    const handle = await boot(service, {
      NATS_URL: this.nats.url,
      NATS_NKEY_FILE: secret('nk', this.nats.seedOf(service.name)),
      CONTEXT_KEY_FILE: secret('pem', this.issuers.privateKeyOf(service.name)),
      CONTEXT_JWKS_FILE: join(this.directory, 'context.jwks'),
      ACCESS_JWKS_FILE: join(this.directory, 'access.jwks'),
      LOG_FILE: join(this.directory, `${service.name}.log`),
      PORT: '0',
      ...settings,
    });
    this.running.push(handle);
    return handle;
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((handle) => handle.close()));
    await this.nats.stop();
    rmSync(this.directory, { recursive: true });
  }

  /** Writes a directory entry, as the relay of the bucket's owner does. */
  async put(bucket: BucketName, key: string, value: object): Promise<void> {
    const owner = bucket === 'tenants' || bucket === 'policies' ? this.owners.tenants : this.owners.identity;
    await owner.jetstream.publish(`$KV.${bucket}.${key}`, JSON.stringify({ ...value, version: ++this.version }));
  }

  async setStatus(tenantId: string, status: 'active' | 'suspended'): Promise<void> {
    const places = { mode: 'pool', cell: 'home', region: null, timeZone: 'UTC', organizationId: null, sandboxOf: null };
    await this.put('tenants', tenantId, {
      slug: `t-${tenantId.slice(-8)}`,
      name: 'T',
      status,
      reason: null,
      hosts: [],
      ...places,
    });
  }

  /** A new active tenant and its owner's credential. */
  async tenant(): Promise<{ id: string; userId: string; sessionId: string; headers: { authorization: string } }> {
    const [id, userId, sessionId] = [newId(), newId(), newId()];
    await this.setStatus(id, 'active');
    await this.put('members', userId, {
      status: 'active',
      platformRole: null,
      memberships: [{ tenantId: id, role: 'owner' }],
    });
    const token = await new SignJWT({ sid: sessionId, ten: id })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'a' })
      .setIssuer('tenantry')
      .setAudience('tenantry')
      .setSubject(userId)
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(this.accessKey);
    return { id, userId, sessionId, headers: { authorization: `Bearer ${token}` } };
  }
}

/** Waits until a condition holds; answers how many milliseconds that took. */
export async function until(condition: () => Promise<boolean> | boolean, timeoutMs = 15_000): Promise<number> {
  const startedAtMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAtMs > timeoutMs) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - startedAtMs;
}
