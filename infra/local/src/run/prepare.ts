import { migrate } from '@tenantry/database';
import { connectBus, provisionNats, silentLog } from '@tenantry/messaging';
import type { Service } from '@tenantry/service';
import { PlainError } from '../plain-error.js';
import type { InstanceSecrets } from './instance.js';

type Say = (text: string) => void;

/** Brings the database up to this code. @returns how many migrations it took */
export async function prepareDatabase(
  adminUrl: string,
  services: readonly Service[],
  secrets: InstanceSecrets,
  say: Say,
): Promise<number> {
  const schemas = services.flatMap(({ name, migrations, jobs, ownerMay }) =>
    migrations ? [{ name, migrations, jobs, ownerMay, password: secrets.loginPasswords[name] ?? '' }] : [],
  );
  let steps = 0;
  try {
    await migrate(adminUrl, schemas, ({ service, file, index, count }) => {
      steps += 1;
      say(`${service}/${file} (${index}/${count})`);
    });
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
): Promise<number> {
  const admin = await connectBus({ url, service: 'boot', nkeySeed: secrets.bootNkey.seed, log: silentLog }).catch(
    (error: Error) => {
      throw new PlainError(
        `NATS at ${new URL(url).host} refuses us (${error.message}); does its configuration include ${usersFile}?`,
        { cause: error },
      );
    },
  );
  try {
    return (await provisionNats(admin, services)).length;
  } finally {
    await admin.drain();
  }
}
