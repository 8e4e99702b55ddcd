import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findNatsServer, freePort, startPostgres } from '@tenantry/local/servers';

declare global {
  var tenantryStopTestPostgres: (() => Promise<void>) | undefined;
}

/**
 * Starts one Postgres for the whole test run and names it in TENANTRY_TEST_POSTGRES; when the variable is set already,
 * that server is used and left running, so that several runs can share one. Puts nats-server on PATH.
 */
// eslint-disable-next-line no-restricted-syntax -- Jest calls the default export
export default async function globalSetup(): Promise<void> {
  const nats = await findNatsServer((text) => process.stderr.write(`${text}\n`));
  process.env.PATH = `${dirname(nats.path)}${delimiter}${process.env.PATH}`;
  if (process.env.TENANTRY_TEST_POSTGRES) {
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), 'tenantry-test-'));
  chmodSync(directory, 0o711);
  const server = await startPostgres({
    directory: join(directory, 'postgres'),
    port: await freePort(),
    password: 'test',
    throwaway: true,
  });
  process.env.TENANTRY_TEST_POSTGRES = server.url;
  globalThis.tenantryStopTestPostgres = async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}
