import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsPermissions } from '@tenantry/messaging';
import type { Environment, Service } from '@tenantry/service';
import { rememberAccessKey, type AccessKeyFiles } from '../keys/access-key.js';
import { rememberAuditKey } from '../keys/audit-key.js';
import { rememberContextKeys } from '../keys/context-keys.js';
import { rememberNkey, type Nkey } from '../keys/nkeys.js';
import type { NatsConfig } from '../nats/nats-config.js';
import type { StateDir } from '../state/state-dir.js';
import { rememberFile, rememberPassword } from '../state/remembered.js';

const MASTER_KEY_BYTES = 32;

/** Every secret of one instance, made at its first start and kept in files that only their owner can read. */
export interface InstanceSecrets {
  readonly masterKeyFile: string;
  readonly masterKey: Uint8Array;
  /** File with the one before or the one to come, while the operator changes it; null when there is none. */
  readonly otherMasterKeyFile: string | null;
  readonly postgresPassword: string;
  /** Service → password of its database login. */
  readonly loginPasswords: Readonly<Record<string, string>>;
  /** Service → its NATS user. */
  readonly nkeys: Readonly<Record<string, Nkey>>;
  readonly bootNkey: Nkey;
  /** Service → file with the key that signs its contexts. */
  readonly contextKeys: Readonly<Record<string, string>>;
  readonly jwksFile: string;
  readonly accessKey: AccessKeyFiles;
  /** File with the key that signs checkpoints of the audit log; the audit service's alone. */
  readonly auditKeyFile: string;
}

/** Reads the secrets of an instance, making those that are missing. */
export async function rememberSecrets(folder: string, services: readonly Service[]): Promise<InstanceSecrets> {
  const names = services.map(({ name }) => name);
  const perService = <T>(make: (name: string) => T): Record<string, T> =>
    Object.fromEntries(names.map((name) => [name, make(name)]));
  const masterKeyFile = join(folder, 'master.key');
  const masterKey = new Uint8Array(rememberFile(masterKeyFile, () => randomBytes(MASTER_KEY_BYTES)));
  const otherMasterKeyFile = join(folder, 'master.other.key');
  const { privateKeys, jwks } = await rememberContextKeys(folder, names);
  return {
    masterKeyFile,
    masterKey,
    otherMasterKeyFile: existsSync(otherMasterKeyFile) ? otherMasterKeyFile : null,
    postgresPassword: rememberPassword(join(folder, 'postgres.password')),
    loginPasswords: perService((name) => rememberPassword(join(folder, `${name}.password`))),
    nkeys: perService((name) => rememberNkey(folder, name)),
    bootNkey: rememberNkey(folder, 'boot'),
    contextKeys: privateKeys,
    jwksFile: jwks,
    accessKey: rememberAccessKey(folder),
    auditKeyFile: rememberAuditKey(folder),
  };
}

/** The environment of one service of the instance. */
export function serviceEnvironment(
  service: Service,
  given: Environment,
  instance: {
    readonly state: StateDir;
    readonly secrets: InstanceSecrets;
    readonly databaseUrl: string;
    readonly natsUrl: string;
  },
): Environment {
  const { state, secrets, databaseUrl, natsUrl } = instance;
  return {
    ...given,
    DATABASE_URL: service.migrations
      ? loginUrl(databaseUrl, service.name, secrets.loginPasswords[service.name] ?? '')
      : undefined,
    SUBJECT_KEYS_URL:
      service.subjectKeys && given.SUBJECT_KEYS_URL
        ? loginUrl(given.SUBJECT_KEYS_URL, service.name, secrets.loginPasswords[service.name] ?? '')
        : undefined,
    NATS_URL: natsUrl,
    NATS_NKEY_FILE: secrets.nkeys[service.name]?.seedFile,
    CONTEXT_KEY_FILE: secrets.contextKeys[service.name],
    CONTEXT_JWKS_FILE: secrets.jwksFile,
    MASTER_KEY_FILE: secrets.masterKeyFile,
    MASTER_KEY_OTHER_FILE: secrets.otherMasterKeyFile ?? undefined,
    ACCESS_KEY_FILE: secrets.accessKey.privateKey,
    ACCESS_JWKS_FILE: secrets.accessKey.jwks,
    AUDIT_KEY_FILE: secrets.auditKeyFile,
    MAIL_OUTBOX_DIR: given.MAIL_OUTBOX_DIR ?? join(state.root, 'outbox'),
    LOG_FILE: join(state.logs, `${service.name}.log`),
  };
}

function loginUrl(adminUrl: string, service: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = `${service}_service`;
  url.password = encodeURIComponent(password);
  return url.href;
}

/** Who may join the bus, and what each may do there. */
export function natsUsers(
  permissions: Readonly<Record<string, NatsPermissions>>,
  { bootNkey, nkeys }: InstanceSecrets,
): Pick<NatsConfig, 'adminNkey' | 'users'> {
  const users = Object.entries(permissions).flatMap(([service, rights]) => {
    const nkey = nkeys[service]?.publicKey;
    return nkey ? [{ service, nkey, permissions: rights }] : [];
  });
  return { adminNkey: bootNkey.publicKey, users };
}
