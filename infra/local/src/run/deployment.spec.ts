import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { findNatsServer, isAtLeast } from '../nats/find-nats-server.js';
import { writeDeploymentSecrets } from './deployment.js';
import { temporary } from './sample.fixture.js';

@Module({})
class EmptyModule {}

const compose = readFileSync(new URL('../../../../docker-compose.yml', import.meta.url), 'utf8');
const services = ['tenants', 'identity', 'data', 'audit', 'billing', 'compliance', 'agents', 'gateway'].map((name) =>
  defineService({ name, module: EmptyModule }),
);

describe('the secrets of a deployment', () => {
  it('are the files that docker-compose.yml mounts, each its owner’s alone, and stay what they are', async () => {
    const folder = join(temporary(), 'secrets');
    await writeDeploymentSecrets(folder, services);
    const mounted = [...compose.matchAll(/file: \.tenantry\/docker\/(\S+) /g)].map(([, name = '']) => name);
    expect(mounted).toContain('master.key');
    for (const name of mounted) {
      expect([name, existsSync(join(folder, name)) && statSync(join(folder, name)).mode & 0o777]).toEqual([
        name,
        0o600,
      ]);
    }
    const before = mounted.map((name) => readFileSync(join(folder, name), 'base64'));
    await writeDeploymentSecrets(folder, services);
    expect(mounted.map((name) => readFileSync(join(folder, name), 'base64'))).toEqual(before);
  });

  it('hold a configuration that nats-server accepts, with one user a service', async () => {
    const folder = join(temporary(), 'secrets');
    await writeDeploymentSecrets(folder, services);
    const config = readFileSync(join(folder, 'nats.conf'), 'utf8');
    expect(config.match(/nkey: U/g)).toHaveLength(services.length + 1);
    const { path, version } = await findNatsServer(() => undefined);
    if (isAtLeast(version, [2, 10])) {
      execFileSync(path, ['-c', join(folder, 'nats.conf'), '-t'], { stdio: 'pipe' });
    } else {
      expect(config).toContain('sync_interval: always');
    }
  });
});
