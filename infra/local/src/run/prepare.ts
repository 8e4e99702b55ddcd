import { migrate, type MigrationProgress } from '@tenantry/database';
import { connectBus, provisionNats, silentLog, type Bus } from '@tenantry/messaging';
import { patiently, type Service } from '@tenantry/service';
import { MAX_PAYLOAD_BYTES } from '../nats/nats-config.js';
import { PlainError } from '../plain-error.js';
import type { InstanceSecrets } from './instance.js';

type Say = (text: string) => void;

/**
 * Brings the database up to this code, and that of the data subjects' keys.
 * @param keysUrl where those are, if not beside it
 * @returns how many migrations it took
 */
export async function prepareDatabase(
  adminUrl: string,
  services: readonly Service[],
  secrets: InstanceSecrets,
  say: Say,
  keysUrl?: string,
): Promise<number> {
  const schemas = services.flatMap(({ name, migrations, jobs, ownerMay, subjectKeys }) =>
    migrations ? [{ name, migrations, jobs, ownerMay, subjectKeys, password: secrets.loginPasswords[name] ?? '' }] : [],
  );
  let steps = 0;
  try {
    const told: MigrationProgress = ({ service, file, index, count }) => {
      steps += 1;
      say(`${service}/${file} (${index}/${count})`);
    };
    await migrate(adminUrl, schemas, told, keysUrl);
  } catch (error) {
    throw new PlainError(`The database could not be brought up to this version: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return steps;
}

/** Creates the stream, the consumers and the buckets that are missing. @returns how many it made */
export async function prepareNats(
  url: string,
  services: readonly Service[],
  secrets: InstanceSecrets,
  usersFile: string,
  replicas = 1,
): Promise<number> {
  const admin = await connectBus({ url, service: 'boot', nkeySeed: secrets.bootNkey.seed, log: silentLog }).catch(
    (error: Error) => {
      throw new PlainError(
        `NATS at ${hostsOf(url)} refuses us (${error.message}); does its configuration include ${usersFile}?`,
        { cause: error },
      );
    },
  );
  try {
    requireRoom(url, admin);
    // A cluster that has just started has no leader yet.
    const made = await patiently(`JetStream at ${hostsOf(url)}`, () => provisionNats(admin, services, { replicas }));
    return made.length;
  } finally {
    await admin.drain();
  }
}

/** A server of somebody else's may take less than what a request and its answer can be. */
function requireRoom(url: string, { connection }: Bus): void {
  const maxPayload = connection.info?.max_payload ?? 0;
  if (maxPayload >= MAX_PAYLOAD_BYTES) return;
  throw new PlainError(
    `NATS at ${hostsOf(url)} takes messages of at most ${maxPayload} bytes; set max_payload: ${MAX_PAYLOAD_BYTES} in its configuration`,
  );
}

function hostsOf(url: string): string {
  return url
    .split(',')
    .map((one) => new URL(one).host)
    .join(', ');
}
