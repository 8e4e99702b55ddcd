import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Module } from '@nestjs/common';
import { field, operation, type FieldFacts } from '@tenantry/contracts';
import { PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { Handles, RpcClient } from '@tenantry/messaging';
import { testContext, TestIssuers, TestNats } from '@tenantry/testing';
import { z } from 'zod';
import { boot } from './boot.js';
import { defineService, type RunningService, type Service } from './service.js';
import { settings, type Environment } from './settings/settings.js';

class Echo {
  static readonly typeName = 'sample.Echo';
  static readonly fields: readonly FieldFacts[] = [field('text', 'string', { required: true })];
  text = '';
}
const base = {
  service: 'sample',
  scope: 'platform',
  permission: 'sample.use',
  summary: 'For tests.',
  input: Echo,
  output: Echo,
} as const;
const echo = operation({ ...base, name: 'Echo', http: { method: 'POST', path: '/v1/echo', status: 200 } });

class GreetingSettings extends settings({ GREETING: z.string().default('hello').describe('What it says') }) {}

/** Holds calls until the test lets them go. */
class Gate {
  readonly entered = Promise.withResolvers<void>();
  readonly open = Promise.withResolvers<void>();
}

@Controller()
class EchoHandler {
  constructor(
    private readonly greeting: GreetingSettings,
    private readonly gate: Gate,
  ) {}

  @Handles(echo)
  async handle({ text }: Echo): Promise<Echo> {
    this.gate.entered.resolve();
    await this.gate.open.promise;
    return { text: `${this.greeting.GREETING} ${text}` };
  }
}

@Module({ controllers: [EchoHandler], providers: [Gate] })
class SampleModule {}

@Module({})
class Edge {}

const buckets = ['tenants', 'revocations'] as const;
const sample = defineService({
  name: 'sample',
  module: SampleModule,
  settings: GreetingSettings,
  buckets,
  watches: buckets,
});
const gateway = defineService({ name: 'gateway', module: Edge });

describe('boot', () => {
  let nats: TestNats;
  let issuers: TestIssuers;
  let environment: Environment;

  beforeAll(async () => {
    nats = await TestNats.start([sample, gateway], { operations: [echo] });
    issuers = await TestIssuers.create(['sample', 'gateway']);
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-boot-'));
    const file = (name: string, content: string): string => {
      writeFileSync(join(folder, name), content);
      chmodSync(join(folder, name), 0o600);
      return join(folder, name);
    };
    environment = {
      NATS_URL: nats.url,
      NATS_NKEY_FILE: file('sample.nk', nats.seedOf('sample')),
      CONTEXT_KEY_FILE: file('sample.pem', issuers.privateKeyOf('sample')),
      CONTEXT_JWKS_FILE: file('jwks.json', JSON.stringify(issuers.jwks)),
      LOG_FILE: join(folder, 'log'),
      HEALTH_PORT: '0',
    };
  });
  afterAll(() => nats.stop());

  async function caller(): Promise<(text: string) => Promise<Echo>> {
    const rpc = new RpcClient({ bus: await nats.connect('gateway'), signer: await issuers.signer('gateway') });
    return (text) => rpc.call(echo, { text }, testContext(PLATFORM_TENANT_ID), { timeoutMs: 5_000 });
  }

  it('answers calls with its own settings, and tells that it is ready', async () => {
    const handle = await boot(sample, { ...environment, GREETING: 'ahoy' });
    handle.get(Gate).open.resolve();
    expect(await (await caller())('world')).toEqual({ text: 'ahoy world' });
    expect(await handle.ready()).toEqual({ ready: true, missing: [] });
    expect((await fetch(`${handle.health}/readyz`)).status).toBe(200);
    await handle.close();
    await expect(fetch(`${handle.health}/healthz`)).rejects.toThrow();
  });

  it('finishes what is in flight before it stops, and takes nothing new', async () => {
    const handle = await boot(sample, environment);
    const gate = handle.get(Gate);
    const call = await caller();
    const inFlight = call('last');
    await gate.entered.promise;

    const closing = handle.close();
    expect((await handle.ready()).ready).toBe(false);
    await expect(call('late')).rejects.toMatchObject({ reason: 'unavailable' });
    gate.open.resolve();
    expect(await inFlight).toEqual({ text: 'hello last' });
    await closing;
  });

  it('undoes every step of a start that fails', async () => {
    let health = '';
    const broken: Service = {
      ...sample,
      http: async (_: RunningService) => {
        health = 'reached';
        throw new Error('the port is taken');
      },
    };
    await expect(boot(broken, environment)).rejects.toThrow('the port is taken');
    expect(health).toBe('reached');
    await expect((await caller())('anybody')).rejects.toMatchObject({ reason: 'unavailable' });
  });

  it('names a wrong setting, its own or the service’s', async () => {
    await expect(boot(sample, { ...environment, TRACE_RATIO: '7' })).rejects.toThrow(/^TRACE_RATIO is wrong/);
    await expect(boot(sample, { ...environment, CONTEXT_KEY_FILE: '/nowhere' })).rejects.toThrow(
      /^CONTEXT_KEY_FILE: \/nowhere/,
    );
  });
});
