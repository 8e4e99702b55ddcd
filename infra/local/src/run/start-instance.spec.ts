import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Service } from '@tenantry/service';
import { startPostgres, type EmbeddedPostgres } from '../postgres/embedded-postgres.js';
import { freePort } from '../process/free-port.js';
import { isAlive } from '../state/lock.js';
import { LocalSettings } from './local-settings.js';
import { Progress } from './progress.js';
import { sample, temporary } from './sample.fixture.js';
import { startInstance, type InstanceOptions } from './start-instance.js';

const silent = new Progress({ isTTY: false, write: () => true } as unknown as NodeJS.WriteStream);

describe('an instance', () => {
  const service = sample();
  let postgres: EmbeddedPostgres;
  beforeAll(async () => {
    postgres = await startPostgres({
      directory: join(temporary(), 'postgres'),
      port: await freePort(),
      password: 'test',
      throwaway: true,
    });
  }, 120_000);
  afterAll(() => postgres.stop());

  /** All instances here share one database, so they share what belongs to it. */
  function stateDir(masterKey = 7): string {
    const state = join(temporary(), 'state');
    mkdirSync(join(state, 'secrets'), { recursive: true, mode: 0o700 });
    writeFileSync(join(state, 'secrets', 'sample.password'), 'shared', { mode: 0o600 });
    writeFileSync(join(state, 'secrets', 'master.key'), new Uint8Array(32).fill(masterKey), { mode: 0o600 });
    return state;
  }
  async function options(
    more: { services?: Service[]; environment?: Record<string, string> } = {},
  ): Promise<InstanceOptions> {
    const environment = {
      PORT: String(await freePort()),
      TENANTRY_STATE_DIR: stateDir(),
      DATABASE_URL: postgres.url,
      ...more.environment,
    };
    const settings = new LocalSettings(environment);
    return {
      services: more.services ?? [service],
      environment,
      settings,
      split: false,
      mainOf: () => '',
      progress: silent,
      stop: new AbortController(),
    };
  }
  const natsPid = ({ settings }: InstanceOptions): number =>
    Number(readFileSync(join(settings.TENANTRY_STATE_DIR, 'nats', 'nats.pid'), 'utf8'));

  it('comes up, answers on its port, makes the first administrator, and leaves nothing running', async () => {
    const given = await options();
    let pid = 0;
    {
      await using instance = await startInstance(given);
      pid = natsPid(given);
      expect(instance.url).toBe(`http://127.0.0.1:${given.settings.PORT}`);
      expect(await (await fetch(instance.url)).text()).toBe('hello');
      expect(instance.oneTimePassword).toBe('for admin@example.com');
      expect(isAlive(pid)).toBe(true);
    }
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(given.settings.TENANTRY_STATE_DIR, 'lock'))).toBe(false);
    await expect(fetch(`http://127.0.0.1:${given.settings.PORT}`)).rejects.toThrow();
  });

  it('stops the last service first, the gateway, and then those who answer its requests, together', async () => {
    const closing: string[] = [];
    const front = Promise.withResolvers<void>();
    const both = Promise.withResolvers<void>();
    const answering = (name: string, up: Promise<unknown>, close: () => Promise<void> | void): Service => ({
      ...sample(name, `create table ${name}.note (id int primary key);`),
      buckets: name === 'front' ? ['tenants', 'revocations'] : [],
      http: async () => {
        await up;
        return { url: `http://${name}`, close: async () => (closing.push(name), close()) };
      },
    });
    const later = front.promise.then(() => nextTurn()); // the front is up first, and stops first all the same
    const one = answering('one', later, () => both.promise); // waits for the other one
    const two = answering('two', later, () => both.resolve());
    const gateway = answering('front', Promise.resolve(front.resolve()), () => undefined);
    await (await startInstance(await options({ services: [one, two, gateway] })))[Symbol.asyncDispose]();
    expect(closing).toEqual(['front', 'one', 'two']);
  });

  it('keeps its secrets to itself and writes the one-time password nowhere', async () => {
    const given = await options();
    await (await startInstance(given))[Symbol.asyncDispose]();
    const { secrets, logs } = {
      secrets: join(given.settings.TENANTRY_STATE_DIR, 'secrets'),
      logs: join(given.settings.TENANTRY_STATE_DIR, 'logs'),
    };
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    for (const name of ['master.key', 'sample.nk', 'sample.context.pem', 'sample.password', 'access.pem']) {
      expect([name, statSync(join(secrets, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(readFileSync(join(logs, 'sample.log'), 'utf8')).not.toContain('for admin@example.com');
  });

  it('refuses a second start on the same state directory, and two with their own run side by side', async () => {
    const given = await options();
    await using first = await startInstance(given);
    const again = await options({ environment: { TENANTRY_STATE_DIR: given.settings.TENANTRY_STATE_DIR } });
    await expect(startInstance(again)).rejects.toThrow(`process ${process.pid}`);
    await using second = await startInstance(await options());
    expect(await Promise.all([first, second].map(async ({ url }) => (await fetch(url)).text()))).toEqual([
      'hello',
      'hello',
    ]);
  });

  it('refuses a busy port before it starts anything', async () => {
    const given = await options();
    const other = createServer().listen(given.settings.PORT, '127.0.0.1');
    await expect(startInstance(given)).rejects.toThrow(`Port ${given.settings.PORT} is in use`);
    other.close();
    expect(existsSync(join(given.settings.TENANTRY_STATE_DIR, 'nats', 'nats.pid'))).toBe(false);
  });

  it('refuses a state directory that cannot be written', async () => {
    const file = join(temporary(), 'file');
    writeFileSync(file, '');
    await expect(
      startInstance(await options({ environment: { TENANTRY_STATE_DIR: join(file, 'state') } })),
    ).rejects.toThrow(/^The state directory .*\/file\/state can't be written \(ENOTDIR\)/);
  });

  it('ends with one line when a migration fails, and stops what it had started', async () => {
    const given = await options({ services: [sample('broken', 'create table nowhere.note (id int);')] });
    await expect(startInstance(given)).rejects.toThrow(
      /^The database could not be brought up to this version: .*0001_first/,
    );
    expect(isAlive(natsPid(given))).toBe(false);
    expect(existsSync(join(given.settings.TENANTRY_STATE_DIR, 'lock'))).toBe(false);
  });

  it('ends with one line when a service does not come up, and stops what it had started', async () => {
    const forgetful = { ...sample(), http: () => new Promise<never>(() => undefined) };
    const given = await options({ services: [forgetful], environment: { START_TIMEOUT_MS: '1500' } });
    await expect(startInstance(given)).rejects.toThrow(
      'The service sample was not up after 1.5 s; it had telemetry, outbound HTTP, database, bus, directories, calls, health port, relay, handlers',
    );
    expect(isAlive(natsPid(given))).toBe(false);
  });

  it('stops when the master key is not the one that the database was made with', async () => {
    const given = await options();
    await (await startInstance(given))[Symbol.asyncDispose]();
    const other = await options({ environment: { TENANTRY_STATE_DIR: stateDir(8) } });
    await expect(startInstance(other)).rejects.toThrow('MASTER_KEY_FILE holds another key');
  });

  it('asks to be stopped when one of its parts ends by itself', async () => {
    const given = await options();
    const instance = await startInstance(given);
    process.kill(natsPid(given), 'SIGKILL');
    const deadline = Date.now() + 10_000;
    while (!given.stop.signal.aborted && Date.now() < deadline) {
      await delay(20);
    }
    expect(String(given.stop.signal.reason)).toMatch(/nats-server ended unexpectedly/);
    await instance[Symbol.asyncDispose]();
  });

  it('takes over what a killed start left behind', async () => {
    const given = await options();
    const left = await startInstance(given);
    const pid = natsPid(given);
    writeFileSync(join(given.settings.TENANTRY_STATE_DIR, 'lock'), '4194303\n'); // as if that process were gone
    const again = await options({ environment: { TENANTRY_STATE_DIR: given.settings.TENANTRY_STATE_DIR } });
    await using instance = await startInstance(again);
    expect(isAlive(pid)).toBe(false);
    expect(natsPid(again)).not.toBe(pid);
    expect(await (await fetch(instance.url)).text()).toBe('hello');
    await left[Symbol.asyncDispose]();
  });
});
