import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { natsPermissions } from '@tenantry/messaging';
import { SettingsError, type Environment, type Service } from '@tenantry/service';
import { printNatsConfig } from '../nats/nats-config.js';
import { rememberFile, rememberPassword, writeSecretFile } from '../state/remembered.js';
import { natsUsers, rememberSecrets } from './instance.js';
import { LocalSettings } from './local-settings.js';
import { prepareDatabase, prepareNats } from './prepare.js';

const NATS_PORT = 4222;
const NATS_MONITOR_PORT = 8222;
/** What only the operator has; empty until they put it in. */
const GIVEN = ['billing.stripe', 'billing.stripe-webhooks'];

/** Writes every secret that the containers mount, and the NATS configuration; what is there stays as it is. */
export async function writeDeploymentSecrets(folder: string, services: readonly Service[]): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secrets = await rememberSecrets(folder, services);
  rememberPassword(join(folder, 'admin.password'));
  for (const name of GIVEN) rememberFile(join(folder, name), () => '');
  const config = printNatsConfig({
    host: '0.0.0.0',
    port: NATS_PORT,
    monitorPort: NATS_MONITOR_PORT,
    storeDir: '/data',
    syncAlways: true,
    ...natsUsers(natsPermissions(services), secrets),
  });
  writeSecretFile(join(folder, 'nats.conf'), config);
}

/** Brings the database and NATS of a deployment up to this code; run once before its services start. */
export async function prepareDeployment(
  secretsFolder: string,
  services: readonly Service[],
  environment: Environment,
): Promise<void> {
  const { DATABASE_URL, SUBJECT_KEYS_URL, NATS_URL, NATS_REPLICAS } = new LocalSettings(environment);
  if (!DATABASE_URL || !NATS_URL) {
    throw new SettingsError('DATABASE_URL and NATS_URL name what is to be prepared; both must be set');
  }
  const secrets = await rememberSecrets(secretsFolder, services);
  const admin = new URL(DATABASE_URL);
  admin.password ||= encodeURIComponent(secrets.postgresPassword);
  const say = (text: string): void => console.log(text);
  const migrations = await prepareDatabase(admin.href, services, secrets, say, SUBJECT_KEYS_URL);
  const made = await prepareNats(NATS_URL, services, secrets, 'nats.conf', NATS_REPLICAS);
  console.log(`prepared: ${migrations} migrations, ${made} streams, consumers and buckets`);
}
