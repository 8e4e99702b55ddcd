import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startPostgres } from '@tenantry/local/servers';
import { EMAIL, PASSWORD } from './client.js';

const UNLIMITED = '10000000';

/** A folder of a bench's own, removed in the end. */
export function takeFolder(stack: AsyncDisposableStack): string {
  const directory = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
  chmodSync(directory, 0o711); // Postgres may run as another account than we do
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A Postgres of a bench's own in a folder, stopped in the end; it does not wait for the disk. */
export async function takePostgres(stack: AsyncDisposableStack, folder: string): Promise<{ readonly url: string }> {
  const directory = join(folder, 'postgres');
  const postgres = await startPostgres({ directory, port: await freePort(), password: 'bench', throwaway: true });
  stack.defer(() => postgres.stop());
  return postgres;
}

/** A folder of a bench's own, removed in the end, and the settings of an instance in it that no rate limits. */
export async function takePlace(
  stack: AsyncDisposableStack,
): Promise<{ directory: string; settings: Readonly<Record<string, string>> }> {
  const directory = takeFolder(stack);
  const settings = {
    TENANTRY_STATE_DIR: join(directory, 'state'),
    PORT: String(await freePort()),
    TENANTRY_ADMIN_EMAIL: EMAIL,
    TENANTRY_ADMIN_PASSWORD: PASSWORD,
    TENANT_RATE_PER_S: UNLIMITED,
    TENANT_BURST: UNLIMITED,
    ADDRESS_RATE_PER_S: UNLIMITED,
    ADDRESS_BURST: UNLIMITED,
  };
  return { directory, settings };
}
