import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Module } from '@nestjs/common';
import { defineService, type Service } from '@tenantry/service';

@Module({})
class SampleModule {}

/** A new folder that Postgres may pass through. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-start-'));
  chmodSync(folder, 0o711);
  return folder;
}

/** A service with a table of its own and an HTTP port that says hello. */
export function sample(name = 'sample', migration = 'create table sample.note (id int primary key);'): Service {
  const migrations = join(temporary(), 'migrations');
  mkdirSync(migrations);
  writeFileSync(join(migrations, '0001_first.sql'), migration);
  return defineService({
    name,
    module: SampleModule,
    migrations: pathToFileURL(`${migrations}/`),
    buckets: ['tenants', 'revocations'],
    watches: ['tenants', 'revocations'],
    bootstrap: async (_, admin) => ({ created: true, oneTimePassword: `for ${admin.email}` }),
    http: async (_, { host, port }) => {
      const server = createServer((_request, response) => response.end('hello'));
      await new Promise<void>((resolve) => server.listen(port, host, resolve));
      const url = `http://${host}:${(server.address() as AddressInfo).port}`;
      return { url, close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()) };
    },
  });
}
