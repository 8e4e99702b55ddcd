import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { findNatsServer } from '../nats/find-nats-server.js';
import { MAX_PAYLOAD_BYTES, printNatsConfig } from '../nats/nats-config.js';
import { greets } from '../nats/start-nats.js';
import { Child } from '../process/child.js';
import { freePort } from '../process/free-port.js';
import { writeSecretFile } from '../state/remembered.js';
import { natsPermissions } from '@tenantry/messaging';
import { natsUsers, rememberSecrets, type InstanceSecrets } from './instance.js';
import { prepareNats } from './prepare.js';
import { temporary } from './sample.fixture.js';

@Module({})
class EmptyModule {}

describe('a NATS server of somebody else', () => {
  const services = [defineService({ name: 'orders', module: EmptyModule })];
  let child: Child | undefined;
  let secrets: InstanceSecrets;
  afterEach(() => child?.stop('SIGTERM', 5_000));

  /** Starts a server whose configuration is edited first. */
  async function serve(edit: (config: string) => string): Promise<string> {
    const folder = temporary();
    secrets = await rememberSecrets(folder, services);
    const port = await freePort();
    const users = natsUsers(natsPermissions(services), secrets);
    const config = printNatsConfig({ port, storeDir: join(folder, 'store'), syncAlways: false, ...users });
    writeSecretFile(join(folder, 'nats.conf'), edit(config));
    const { path } = await findNatsServer(() => undefined);
    child = await Child.start(path, ['-c', join(folder, 'nats.conf')], {
      logFile: join(folder, 'nats.log'),
      ownProcessGroup: true,
    });
    const url = `nats://127.0.0.1:${port}`;
    await child.waitUntil(() => greets(port), 'nats-server', 10_000);
    return url;
  }
  const prepare = (url: string): Promise<number> => prepareNats(url, services, secrets, 'authorization.conf');

  it('is prepared when it knows our users', async () => {
    await expect(serve((config) => config).then(prepare)).resolves.toBeGreaterThan(0);
  });

  it('is refused when it asks nobody for a key, because whoever reaches it could answer for every tenant', async () => {
    const url = await serve((config) => config.slice(0, config.indexOf('authorization {')));
    await expect(prepare(url)).rejects.toThrow(/asks nobody for a key.*authorization\.conf/);
  });

  it('is refused when its messages are too small for what requests may be', async () => {
    const url = await serve((config) => config.replace(`max_payload: ${MAX_PAYLOAD_BYTES}`, 'max_payload: 1048576'));
    await expect(prepare(url)).rejects.toThrow(`set max_payload: ${MAX_PAYLOAD_BYTES}`);
  });
});
