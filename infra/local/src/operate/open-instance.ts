import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openDoors, type Doors, type KeyEncryption } from '@tenantry/database';
import { connectBus, silentLog, type Bus } from '@tenantry/messaging';
import { keyEncryptionsOf, OutboundHttp, ServiceSettings, type Environment, type Service } from '@tenantry/service';
import { PlainError } from '../plain-error.js';
import { LocalSettings } from '../run/local-settings.js';
import { rememberSecrets, serviceEnvironment, type InstanceSecrets } from '../run/instance.js';
import { openStateDir, type StateDir } from '../state/state-dir.js';

/** A running instance, as its operator sees it. */
export interface OpenInstance {
  readonly services: readonly Service[];
  /** The login that migrates. */
  readonly adminUrl: string;
  readonly natsUrl: string;
  readonly secrets: InstanceSecrets;
  readonly state: StateDir;
  /** Where its mails lie; null when a mail server has them. */
  readonly outbox: string | null;
  /** Whether a key service has a part in wrapping the tenants' keys. */
  readonly hasKms: boolean;
  /** What wraps the tenants' keys, first, and what opens them besides. */
  keyEncryptions(): readonly KeyEncryption[];
  /** Where a service's own login connects. */
  loginUrl(service: Service): string;
  /** A service's doors; closed by whoever asked. */
  doors(service: Service): Doors;
  /** The bus as a service, or as the boot admin. */
  bus(service?: Service): Promise<Bus>;
}

/** Finds a running instance by the settings that it was started with. @throws PlainError when there is none */
export async function openInstance(services: readonly Service[], environment: Environment): Promise<OpenInstance> {
  const settings = new LocalSettings(environment);
  const root = resolve(settings.TENANTRY_STATE_DIR);
  if (!existsSync(join(root, 'secrets', 'master.key'))) {
    throw new PlainError(`There is no instance in ${root}; set TENANTRY_STATE_DIR to that of a running one`);
  }
  const state = openStateDir(root);
  const secrets = await rememberSecrets(state.secrets, services);
  const port = (name: string): string => readFileSync(join(state.secrets, `${name}.port`), 'utf8');
  const adminUrl =
    settings.DATABASE_URL ?? `postgres://postgres:${secrets.postgresPassword}@127.0.0.1:${port('postgres')}/postgres`;
  const natsUrl = settings.NATS_URL ?? `nats://127.0.0.1:${port('nats')}`;
  const environmentOf = (service: Service): Environment =>
    serviceEnvironment(service, environment, { state, secrets, databaseUrl: adminUrl, natsUrl });
  const loginUrl = (service: Service): string => environmentOf(service).DATABASE_URL!;
  const keyEncryptions = (): readonly KeyEncryption[] => {
    const keys = new ServiceSettings(environmentOf(services[0]!));
    return keyEncryptionsOf(keys, new OutboundHttp({ networks: keys.OUTBOUND_NETWORKS }));
  };
  const hasKms = environment.KMS_TRANSIT_URL !== undefined;
  const outbox = environment.SMTP_URL ? null : (environment.MAIL_OUTBOX_DIR ?? join(state.root, 'outbox'));
  return {
    ...{ outbox, services, adminUrl, natsUrl, secrets, state, loginUrl, keyEncryptions, hasKms },
    doors: (service) =>
      openDoors({
        service: service.name,
        url: loginUrl(service),
        subjectKeysUrl: environmentOf(service).SUBJECT_KEYS_URL,
        maxConnections: 2,
        keyEncryptions: keyEncryptions(),
      }),
    bus: (service) => {
      const nkey = service ? secrets.nkeys[service.name]! : secrets.bootNkey;
      return connectBus({ url: natsUrl, service: service?.name ?? 'boot', nkeySeed: nkey.seed, log: silentLog });
    },
  };
}
