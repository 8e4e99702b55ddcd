import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Operation } from '@tenantry/contracts';
import { Clock, newId, SystemClock } from '@tenantry/kernel';
import {
  Bus,
  ContextKeys,
  ContextSigner,
  ContextVerifier,
  createContextKey,
  Directories,
  RpcClient,
  standingOf,
  type KeyEntry,
  type MemberEntry,
  type TenantEntry,
} from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import type { FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { GatewaySettings } from '../config.js';
import { Fleet } from '../fleet.js';
import { providers } from '../gateway.module.js';
import { createServer } from '../http/server.js';
import { CapturedLog } from './captured-log.fixture.js';
import { FakeServices } from './fake-services.fixture.js';

class TestModule {}

/** A tenant with an owner. */
export interface TestTenant {
  readonly id: string;
  readonly slug: string;
  readonly owner: TestPerson;
}

/** A person with one open session. */
export interface TestPerson {
  readonly id: string;
  readonly sessionId: string;
  readonly token: string;
}

/** What a test wants otherwise. */
export interface TestOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Operations instead of the declared ones. */
  readonly table?: readonly Operation[];
  readonly gateways?: number;
}

interface Parts {
  readonly http: FastifyInstance;
  readonly services: FakeServices;
  readonly directories: Directories;
  readonly log: CapturedLog;
  readonly app: INestApplicationContext;
  /** Holds the key files. */
  readonly directory: string;
  readonly accessKey: CryptoKey;
}

/** The whole gateway with its HTTP side, real directories and signatures; the services behind it are fakes. */
export class TestGateway {
  private version = 0;

  readonly http: FastifyInstance;
  readonly services: FakeServices;
  readonly directories: Directories;
  readonly log: CapturedLog;

  private constructor(private readonly parts: Parts) {
    ({ http: this.http, services: this.services, directories: this.directories, log: this.log } = parts);
  }

  static async start({ settings = {}, table, gateways = 1 }: TestOptions = {}): Promise<TestGateway> {
    const directory = mkdtempSync(join(tmpdir(), 'tenantry-gateway-'));
    const access = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const jwksFile = join(directory, 'access-jwks.json');
    writeFileSync(
      jwksFile,
      JSON.stringify({ keys: [{ ...(await exportJWK(access.publicKey)), kid: 'access-1', alg: 'EdDSA' }] }),
    );
    const { privateKeyPem, publicJwk } = await createContextKey('gateway');
    const directories = Directories.inMemory();
    const keys = await ContextKeys.fromJwks({ keys: [publicJwk] });
    const services = new FakeServices(
      (service) => new ContextVerifier({ service, keys, standing: standingOf(directories) }),
    );
    const log = new CapturedLog();
    const given = [
      { provide: Directories, useValue: directories },
      { provide: RpcClient, useValue: services },
      { provide: ContextSigner, useValue: await ContextSigner.load({ issuer: 'gateway', privateKeyPem }) },
      { provide: Clock, useValue: new SystemClock() },
      { provide: Logger, useValue: log },
      { provide: GatewaySettings, useValue: new GatewaySettings({ ACCESS_JWKS_FILE: jwksFile, ...settings }) },
      { provide: Bus, useValue: { connected: true } },
      { provide: Fleet, useValue: { size: gateways } satisfies Fleet },
    ];
    const app = await NestFactory.createApplicationContext(
      { module: TestModule, providers: [...providers, ...given] },
      { logger: false },
    );
    const http = await createServer({ name: 'gateway', log, get: (token) => app.get(token) }, table);
    return new TestGateway({ http, services, directories, log, app, directory, accessKey: access.privateKey });
  }

  async close(): Promise<void> {
    await this.http.close();
    await this.parts.app.close();
    this.directories.close();
    rmSync(this.parts.directory, { recursive: true });
  }

  /** A part of the gateway. */
  get<T>(token: Type<T>): T {
    return this.parts.app.get(token);
  }

  /** A new active tenant with an owner who has signed in. */
  async tenant(slug: string, facts: Partial<TenantEntry> = {}): Promise<TestTenant> {
    const id = newId();
    this.setTenant(id, { slug, ...facts });
    const owner = await this.person({ memberships: [{ tenantId: id, role: 'owner' }] });
    return { id, slug, owner };
  }

  setTenant(id: string, facts: Partial<TenantEntry>): void {
    const before = this.directories.tenants.get(id) ?? {
      ...{ slug: id, name: 'Tenant', status: 'active' as const, mode: 'pool' as const, cell: 'home', region: null },
      ...{ timeZone: 'UTC', organizationId: null, sandboxOf: null, reason: null, hosts: [] },
    };
    this.directories.tenants.put(id, { ...before, ...facts, version: ++this.version });
  }

  /** A new person, signed in; the token is for the first of the tenants unless `claims` say otherwise. */
  async person(facts: Partial<MemberEntry> = {}, claims: JWTPayload = {}): Promise<TestPerson> {
    const id = newId();
    const sessionId = newId();
    this.setMember(id, facts);
    const ten = facts.memberships?.[0]?.tenantId ?? null;
    return { id, sessionId, token: await this.token({ sub: id, sid: sessionId, ten, ...claims }) };
  }

  setMember(id: string, facts: Partial<MemberEntry>): void {
    const before = this.directories.members.get(id) ?? {
      status: 'active' as const,
      platformRole: null,
      memberships: [],
    };
    this.directories.members.put(id, { ...before, ...facts, version: ++this.version });
  }

  /** An access token as the identity service signs them. */
  token(claims: JWTPayload, header: { typ?: string; kid?: string } = {}, key = this.parts.accessKey): Promise<string> {
    const nowS = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: 'tenantry', aud: 'tenantry', iat: nowS, exp: nowS + 600, ...claims })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'access-1', ...header })
      .sign(key);
  }

  /** A new API key of a tenant; gives its secret. */
  key(
    tenantId: string,
    facts: Partial<KeyEntry> = {},
  ): { readonly secret: string; readonly digest: string; readonly id: string } {
    const secret = `${facts.kind === 'public' ? 'pk' : 'sk'}_live_${randomUUID().replaceAll('-', '')}`;
    const digest = createHash('sha256').update(secret).digest('hex');
    const keyId = newId();
    this.directories.keys.put(digest, {
      ...{ tenantId, keyId, kind: 'secret', grants: ['*'], status: 'active', expiresAt: null },
      ...{ allowedIps: [], allowedOrigins: [], overlapUntil: null },
      ...facts,
      version: ++this.version,
    });
    return { secret, digest, id: keyId };
  }
}

/** The header that shows a credential. */
export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}
