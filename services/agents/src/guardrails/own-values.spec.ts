import { createSecretKey, randomBytes } from 'node:crypto';
import {
  replaceGuardrails,
  testGuardrails,
  type Guardrail,
  type OwnValues,
  type TestGuardrailsResponse,
} from '@tenantry/contracts';
import { Clock, Fault, marksOf, packMarks, type TenantContext, ValueHasher } from '@tenantry/kernel';
import { ContextSigner, RpcClient } from '@tenantry/messaging';
import { Mailer, OutboundHttp } from '@tenantry/service';
import { tenantsOnRealPostgres, testContext, type TestTenant } from '@tenantry/testing';
import { KeptMailer } from '../agents.fixture.js';
import { agentsService } from '../agents.module.js';
import { AgentsSettings } from '../config.js';

/** The data service's index of one tenant, as it answers for it: a version a value. */
class Index {
  key = randomBytes(32);
  values: string[] = [];
  removals = 0n;
  isComplete = true;
  readonly asked: bigint[] = [];

  read(after: bigint): OwnValues {
    this.asked.push(after);
    const hasher = new ValueHasher(createSecretKey(this.key));
    const next = this.values[Number(after)];
    const marks = next === undefined ? Buffer.alloc(0) : packMarks(marksOf(next, hasher));
    const version = next === undefined ? BigInt(this.values.length) : after + 1n;
    const hasMore = version < this.values.length;
    return { key: this.key, marks, version, hasMore, removals: this.removals, complete: this.isComplete };
  }
}

class SteppedClock extends Clock {
  private nowMs = Date.now();
  override now(): Date {
    return new Date(this.nowMs);
  }
  step(ms: number): void {
    this.nowMs += ms;
  }
}

describe('Guardrails of own values', () => {
  const indexes = new Map<string, Index>();
  const clock = new SteppedClock();
  const rpc: Pick<RpcClient, 'call'> = {
    call: (_operation, input, { tenantId }) => {
      const { afterVersion } = input as { afterVersion: bigint };
      const index = indexes.get(tenantId);
      return index ? Promise.resolve(index.read(afterVersion) as never) : Promise.reject(new Fault('unavailable'));
    },
  };
  const t = tenantsOnRealPostgres(agentsService, {
    clock,
    providers: [
      { provide: AgentsSettings, useValue: new AgentsSettings({}) },
      { provide: RpcClient, useValue: rpc },
      { provide: OutboundHttp, useValue: new OutboundHttp({ networks: [] }) },
      { provide: ContextSigner, useValue: {} },
      { provide: Mailer, useValue: new KeptMailer() },
    ],
  });
  /** As long as a request has, by the clock of the suite. */
  const inTime = (tenant: TestTenant): Partial<TenantContext> => {
    const { request } = testContext(tenant.id);
    return { request: { ...request, deadlineAtMs: clock.now().getTime() + 30_000 } };
  };
  const begin = async (tenant: TestTenant, more: Partial<Guardrail> = {}): Promise<Index> => {
    const guardrail = { name: 'ours', kind: 'own-values', mode: 'enforce', stages: [], detect: [], terms: [] };
    const guardrails = [{ ...guardrail, scripts: [], topics: [], tools: [], ...more }];
    await tenant.call(replaceGuardrails, { guardrails }, inTime(tenant));
    const index = new Index();
    indexes.set(tenant.id, index);
    return index;
  };
  const test = (tenant: TestTenant, text: string): Promise<TestGuardrailsResponse> => {
    clock.step(2_000);
    return tenant.call(testGuardrails, { stage: 'input', text }, inTime(tenant));
  };
  const left = async (tenant: TestTenant, text: string): Promise<string> => (await test(tenant, text)).text;
  beforeEach(() => indexes.clear());

  it('take out what the tenant’s own rows say, and leave what another’s say', async () => {
    (await begin(t.a)).values = ['Kowalski', 'MRN-00483920'];
    (await begin(t.b)).values = ['Lovelace'];
    const text = 'Kowalski and Lovelace, MRN 00483920';
    expect(await left(t.a, text)).toBe('[own-value] and Lovelace, [own-value]');
    expect(await left(t.b, text)).toBe('Kowalski and [own-value], MRN 00483920');
  });

  it('refuse the whole text where they are to block', async () => {
    (await begin(t.a, { action: 'block' })).values = ['Kowalski'];
    expect(await test(t.a, 'Dear Kowalski')).toMatchObject({
      blocked: true,
      text: '',
      decisions: [{ guardrail: 'ours', explanation: 'It has own-value' }],
    });
  });

  it('follow what comes to the index by reading that alone, and what is taken out of it by reading it whole', async () => {
    const index = await begin(t.a);
    index.values = ['Kowalski', 'Hopper'];
    await left(t.a, 'x');
    index.values.push('Lovelace');
    expect(await left(t.a, 'Kowalski Lovelace')).toBe('[own-value] [own-value]');
    expect(index.asked).toEqual([0n, 1n, 2n]);
    index.values = ['Hopper', 'Lovelace', 'Hopper'];
    index.removals = 1n;
    clock.step(31_000);
    expect(await left(t.a, 'Kowalski Lovelace')).toBe('Kowalski [own-value]');
  });

  it('take another key for another index', async () => {
    const index = await begin(t.a);
    index.values = ['Kowalski'];
    await left(t.a, 'x');
    [index.key, index.values] = [randomBytes(32), ['Lovelace']];
    expect(await left(t.a, 'Kowalski Lovelace')).toBe('Kowalski [own-value]');
  });

  it('let nothing past while the index is not whole, or nobody answers', async () => {
    const index = await begin(t.a);
    index.isComplete = false;
    await expect(left(t.a, 'hello')).rejects.toBeFault('unavailable');
    index.isComplete = true;
    expect(await left(t.a, 'hello')).toBe('hello');
    indexes.delete(t.a.id);
    await expect(left(t.a, 'hello')).rejects.toBeFault('unavailable');
    await begin(t.a, { mode: 'shadow' });
    indexes.delete(t.a.id);
    expect(await left(t.a, 'hello')).toBe('hello');
  });
});
