import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { openDoors, type Doors, type KeyEncryption } from '@tenantry/database';
import { Fault, inTime } from '@tenantry/kernel';
import {
  connectBus,
  ContextKeys,
  ContextSigner,
  ContextVerifier,
  Directories,
  NatsStrategy,
  Relay,
  RpcClient,
  refillBuckets,
  standingOf,
} from '@tenantry/messaging';
import { askReadiness, type Readiness } from './health/readiness.js';
import { serveHealth } from './health/health-server.js';
import { nestLog } from './lifecycle/nest-log.js';
import { Opened } from './lifecycle/opened.js';
import { patiently } from './lifecycle/patiently.js';
import { rootModule } from './lifecycle/platform-module.js';
import { keyEncryptionsOf } from './kms/key-encryptions.js';
import { createLogger, type Logger } from './logger.js';
import { OutboundHttp } from './outbound/outbound-http.js';
import type { FirstAdmin, FirstAdminResult, RunningService, Service } from './service.js';
import { refusePlaintext } from './settings/plaintext.js';
import { readMasterKey, readSecretFile } from './settings/secret-file.js';
import { ServiceSettings } from './settings/service-settings.js';
import { SettingsError, type Environment } from './settings/settings.js';
import { observeDatabase } from './telemetry/observe-database.js';
import { startTelemetry } from './telemetry/telemetry.js';

/** On top of what work in flight may take at shutdown: by default all is closed before containers and `--split` end a process, after 20 s. */
const CLOSE_GRACE_MS = 4_000;

/** A service that answers. */
export interface ServiceHandle extends RunningService {
  /** Where its HTTP port is; null for a service without one. */
  readonly url: string | null;
  readonly health: string | null;
  ready(): Promise<Readiness>;
  /** Makes the first administrator where the service knows how; null elsewhere. */
  bootstrap(admin: FirstAdmin): Promise<FirstAdminResult | null>;
  /** Takes no new work, finishes what is in flight, then lets go of everything. */
  close(): Promise<void>;
}

/**
 * Starts a service: settings, logs, telemetry, database, bus, handlers, relay, HTTP, in this order. It stops in the
 * opposite order; a step that fails, or takes for ever, undoes the ones before it.
 * @throws SettingsError naming a wrong setting; Error saying how far it came within START_TIMEOUT_MS
 */
export async function boot(service: Service, environment: Environment): Promise<ServiceHandle> {
  const settings = new ServiceSettings(environment);
  refusePlaintext(settings);
  const log = createLogger({ service: service.name, level: settings.LOG_LEVEL, file: settings.LOG_FILE });
  const opened = new Opened(settings.SHUTDOWN_TIMEOUT_MS + CLOSE_GRACE_MS, log);
  try {
    const starting = start(service, settings, environment, log, opened);
    return await inTime(starting, settings.START_TIMEOUT_MS, () => {
      const within = `${settings.START_TIMEOUT_MS / 1_000} s`;
      return new Error(`The service ${service.name} was not up after ${within}; it had ${opened.names.join(', ')}`);
    });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function start(
  service: Service,
  settings: ServiceSettings,
  environment: Environment,
  log: Logger,
  opened: Opened,
): Promise<ServiceHandle> {
  const masterKeys = readMasterKeys(settings);
  await startTracing(service, settings, opened);
  const outbound = new OutboundHttp({ networks: settings.OUTBOUND_NETWORKS });
  opened.add('outbound HTTP', () => outbound.close());
  const doors = await openSafely(service, settings, keyEncryptionsOf(settings, outbound), opened);
  const line = await joinBus(service, settings, log, opened);
  const { bus, directories, verifier } = line;
  let open = false;
  const ready = async (): Promise<Readiness> =>
    open ? askReadiness({ bus, directories, doors }) : { ready: false, missing: ['start'] };
  const health =
    settings.HEALTH_PORT === undefined
      ? null
      : await serveHealth({ host: settings.HEALTH_HOST, port: settings.HEALTH_PORT }, ready);
  opened.add('health port', () => health?.close());
  if (doors) {
    const relay = new Relay({ bus, definition: service, doors, log });
    opened.add('relay', () => relay.stop());
    await refillBuckets(bus, service, doors);
    await relay.start();
  }
  const strategy = new NatsStrategy({
    bus,
    definition: service,
    verifier,
    directories,
    doors,
    log,
    drainTimeoutMs: settings.SHUTDOWN_TIMEOUT_MS,
  });
  const root = rootModule(service, { ...line, ...masterKeys, doors, log, outbound, environment });
  const app = await NestFactory.createMicroservice(root, { strategy, logger: nestLog(log), abortOnError: false });
  opened.add('handlers', () => app.close());
  await directories.ready();
  await app.listen();
  const running: RunningService = { name: service.name, log, get: (token) => app.get(token, { strict: false }) };
  const http = (await service.http?.(running, { host: settings.HTTP_HOST, port: settings.PORT })) ?? null;
  opened.add('HTTP port', () => http?.close(settings.SHUTDOWN_TIMEOUT_MS));
  open = true;
  log.info({ url: http?.url }, 'ready');
  return {
    ...running,
    url: http?.url ?? null,
    health: health?.url ?? null,
    ready,
    bootstrap: async (admin) => (await service.bootstrap?.(running, admin)) ?? null,
    close: async () => {
      open = false;
      await opened.close();
      log.info({}, 'stopped');
    },
  };
}

interface MasterKeys {
  readonly masterKey: Uint8Array | null;
  readonly otherMasterKey: Uint8Array | null;
}

function readMasterKeys({ MASTER_KEY_FILE: own, MASTER_KEY_OTHER_FILE: other }: ServiceSettings): MasterKeys {
  return {
    masterKey: own ? readMasterKey(own) : null,
    otherMasterKey: other ? readMasterKey(other, 'MASTER_KEY_OTHER_FILE') : null,
  };
}

async function startTracing(service: Service, settings: ServiceSettings, opened: Opened): Promise<void> {
  const stop = await startTelemetry({
    service: service.name,
    endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    ratio: settings.TRACE_RATIO,
    tenants: settings.TRACE_TENANTS,
  });
  opened.add('telemetry', stop);
}

async function openSafely(
  service: Service,
  settings: ServiceSettings,
  keyEncryptions: readonly KeyEncryption[],
  opened: Opened,
): Promise<Doors | null> {
  if (!settings.DATABASE_URL) {
    return null;
  }
  const doors = openDoors({
    url: databaseUrl(settings.DATABASE_URL, settings.DATABASE_PASSWORD_FILE),
    subjectKeysUrl:
      settings.SUBJECT_KEYS_URL && databaseUrl(settings.SUBJECT_KEYS_URL, settings.DATABASE_PASSWORD_FILE),
    service: service.name,
    maxConnections: settings.DATABASE_CONNECTIONS,
    keyEncryptions,
    observe: observeDatabase(service.name),
    hasRelay: true,
  });
  opened.add('database', () => doors.close());
  await patiently('Postgres', () => doors.control.ping());
  await doors.assertSafeLogin();
  if (keyEncryptions.length > 0) await assertKeys(doors, settings);
  return doors;
}

/** @throws SettingsError in one line that says what keeps the keys closed */
async function assertKeys(doors: Doors, { KMS_TRANSIT_URL: kms }: ServiceSettings): Promise<void> {
  await doors.vault.assertMasterKey().catch((cause: unknown) => {
    const why = cause instanceof Fault && cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
    const setting = kms ? 'KMS_TRANSIT_URL or MASTER_KEY_FILE' : 'MASTER_KEY_FILE';
    const detail = why || ' holds another key than the one this database was made with';
    throw new SettingsError(`${setting}${detail}`, { cause });
  });
}

async function joinBus(service: Service, settings: ServiceSettings, log: Logger, opened: Opened) {
  const nkeySeed = settings.NATS_NKEY_FILE && readSecretFile('NATS_NKEY_FILE', settings.NATS_NKEY_FILE).toString();
  const privateKeyPem = readSecretFile('CONTEXT_KEY_FILE', settings.CONTEXT_KEY_FILE).toString();
  const tls = settings.NATS_CA_FILE ? { caFile: settings.NATS_CA_FILE } : undefined;
  const bus = await patiently('NATS', () =>
    connectBus({ url: settings.NATS_URL, service: service.name, nkeySeed, tls, log }),
  );
  opened.add('bus', () => bus.drain());
  const directories = Directories.watch(bus, service.watches, log);
  opened.add('directories', () => directories.close());
  const signer = await ContextSigner.load({ issuer: service.name, privateKeyPem });
  const rpc = new RpcClient({ bus, signer, log });
  opened.add('calls', () => rpc.close());
  const keys = await ContextKeys.fromJwks(JSON.parse(readFileSync(settings.CONTEXT_JWKS_FILE, 'utf8')));
  const verifier = new ContextVerifier({ service: service.name, keys, standing: standingOf(directories) });
  return { bus, directories, rpc, signer, verifier };
}

function databaseUrl(url: string, passwordFile: string | undefined): string {
  const complete = new URL(url);
  if (passwordFile) {
    complete.password = encodeURIComponent(readSecretFile('DATABASE_PASSWORD_FILE', passwordFile).toString().trim());
  }
  return complete.href;
}
