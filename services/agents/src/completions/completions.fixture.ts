import {
  createBudget,
  createChatCompletion,
  getBudget,
  holdSpending,
  type Budget,
  type CreateChatCompletionRequest,
  type Operation,
} from '@tenantry/contracts';
import { billingService } from '@tenantry/billing';
import { formatNanos, fromFaultMessage, type Clock, type TenantContext } from '@tenantry/kernel';
import { ContextSigner, RpcClient, type RawReply } from '@tenantry/messaging';
import { startModelLocal, type ModelLocal } from '@tenantry/model-local';
import { Mailer, MailSettings, OutboundHttp } from '@tenantry/service';
import {
  eventually,
  InMemoryBus,
  TestIssuers,
  tenantsOnRealPostgres,
  testContext,
  type TestTenant,
} from '@tenantry/testing';
import type { Provider } from '@nestjs/common';
import { agentsService } from '../agents.module.js';
import { KeptMailer, OtherServices } from '../agents.fixture.js';
import { AgentsSettings } from '../config.js';

/** An answer as OpenAI clients read it, as far as the specs look. */
export interface Answer {
  readonly id: string;
  readonly choices: readonly {
    readonly message: {
      readonly content: string | null;
      readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[];
    };
    readonly finish_reason: string;
  }[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
  readonly tenantry: { readonly cost: string; readonly estimated: boolean };
}

const PATIENCE_MS = 30_000;

/** Agents and billing on one real Postgres, each behind its real pipeline; the stand-in answers for models. */
export class CompletionsFixture {
  /** Made while a suite is described. */
  readonly t;
  local!: ModelLocal;
  private billing!: InMemoryBus;
  private readonly settings = Object.assign(new AgentsSettings({}), { LOCAL_MODEL_URL: '' });
  /** The other services, as an agent's tools see them. */
  readonly services = new OtherServices();
  readonly mailer = new KeptMailer();
  /** Calls of billing that are answered with an error first, as if the bus had lost them. */
  losing = 0;
  /** What happens before billing gets a call. */
  beforeBilling: () => Promise<void> = () => Promise.resolve();
  /** Calls of billing that are done, and whose answers are lost. */
  losingAnswers = 0;

  constructor(private readonly options: { readonly clock?: Clock } = {}) {
    const rpc: Pick<RpcClient, 'call' | 'forward'> = {
      forward: (operation, payload, headers) => this.services.forward(operation, payload, headers),
      call: async (operation, input, ctx) => {
        await this.beforeBilling();
        if (this.losing > 0) {
          this.losing -= 1;
          throw new Error('lost');
        }
        const answer = await this.billing.call(operation, input as object, ctx);
        if (this.losingAnswers > 0) {
          this.losingAnswers -= 1;
          throw new Error('the answer was lost');
        }
        return answer;
      },
    };
    const outbound = new OutboundHttp({ networks: ['127.0.0.0/8'] });
    const providers: Provider[] = [
      { provide: AgentsSettings, useValue: this.settings },
      { provide: RpcClient, useValue: rpc },
      { provide: OutboundHttp, useValue: outbound },
      { provide: Mailer, useValue: this.mailer },
      {
        provide: ContextSigner,
        useFactory: async () => (await TestIssuers.create(['agents'])).signer('agents'),
      },
    ];
    beforeAll(async () => {
      this.local = await startModelLocal();
      this.settings.LOCAL_MODEL_URL = this.local.baseUrl;
    });
    this.t = tenantsOnRealPostgres(agentsService, { ...options, beside: [billingService], providers });
    beforeAll(async () => {
      const doors = this.t.database.doors('billing');
      this.billing = await InMemoryBus.start({
        service: billingService,
        doors,
        providers: billingProviders(outbound),
      });
    });
    beforeEach(() => {
      for (const { id } of [this.t.a, this.t.b]) this.billing.announce(id);
      this.beforeBilling = () => Promise.resolve();
      this.losing = 0;
      this.losingAnswers = 0;
    });
    afterAll(async () => {
      await this.billing?.close();
      await outbound.close();
      await this.local?.close();
    });
  }

  budget(tenant: TestTenant, limit = '1.00', more: object = {}): Promise<Budget> {
    const ctx = testContext(tenant.id);
    return this.billing.call(createBudget, { name: 'Everything', limit, ...more }, ctx);
  }

  /** Holds an amount, as for a call whose process then dies. */
  async hold({ id }: TestTenant, holdId: string, amount: string): Promise<void> {
    const request = { holdId, scopes: [], most: amount, least: amount, expiresIn: 3_600 };
    await this.billing.call(holdSpending, request, testContext(id), { issuer: 'agents' });
  }

  /** Calls an operation of billing's, as the tenant's owner. */
  inBilling<I extends object, O extends object>(
    { id }: TestTenant,
    operation: Operation<I, O>,
    input: Partial<I>,
  ): Promise<O> {
    return this.billing.call(operation, input, testContext(id));
  }

  budgetNow(tenant: TestTenant, { id }: Budget): Promise<Budget> {
    return this.billing.call(getBudget, { budgetId: id }, testContext(tenant.id));
  }

  /** Waits until nothing is held on a budget any more; answers what was spent. */
  async settled(tenant: TestTenant, budget: Budget): Promise<string> {
    await eventually(async () => (await this.budgetNow(tenant, budget)).held === '0.00');
    return (await this.budgetNow(tenant, budget)).spent;
  }

  /** The sum of what the tenant's calls cost, in USD, counted from their rows. */
  async costOfCalls({ id }: TestTenant): Promise<string> {
    const [row] = await this.t.database.admin<{ cost: string }>(
      'select coalesce(sum(cost_nanos), 0)::text as cost from agents.completion where tenant_id = $1',
      [id],
    );
    return formatNanos(BigInt(row!.cost));
  }

  /** The whole answer to a question. @throws the fault that the operation answers */
  async ask(
    tenant: TestTenant,
    question: string,
    more: Partial<CreateChatCompletionRequest> = {},
    facts: Partial<TenantContext> = {},
  ): Promise<Answer> {
    const reply = await this.send(tenant, question, more, facts);
    return JSON.parse(Buffer.from(reply.payload).toString()) as Answer;
  }

  /** The answer as it comes. */
  async stream(
    tenant: TestTenant,
    question: string,
    more: Partial<CreateChatCompletionRequest> = {},
    facts: Partial<TenantContext> = {},
  ): Promise<AsyncIterable<Uint8Array>> {
    return (await this.send(tenant, question, { stream: true, ...more }, facts)).body!;
  }

  async send(
    tenant: TestTenant,
    question: string,
    more: object,
    facts: Partial<TenantContext> = {},
  ): Promise<RawReply> {
    const request = { model: 'local-rules', messages: [{ role: 'user', content: question }], ...more };
    const operation = createChatCompletion as Operation;
    const ctx = testContext(tenant.id, facts);
    const nowMs = this.options.clock?.now().getTime() ?? Date.now();
    const inTime = { ...ctx, request: { ...ctx.request, deadlineAtMs: nowMs + PATIENCE_MS } };
    const reply = await this.t.bus.send(operation, JSON.stringify(request), inTime);
    if (reply.fault) throw fromFaultMessage(reply.fault);
    return reply;
  }
}

/** Billing beside it calls nobody, sends no mail and collects nothing. */
function billingProviders(outbound: OutboundHttp): Provider[] {
  const { settings } = billingService;
  const nobody = { call: () => Promise.reject(new TypeError('billing calls nobody here')) };
  return [
    ...(settings ? [{ provide: settings, useValue: new settings({}) }] : []),
    { provide: RpcClient, useValue: nobody },
    { provide: OutboundHttp, useValue: outbound },
    { provide: Mailer, useValue: new Mailer(new MailSettings({})) },
  ];
}

/** The events of a stream: what each says, and whether it came to its end. */
export async function eventsOf(
  body: AsyncIterable<Uint8Array>,
): Promise<{ data: Record<string, never>[]; isDone: boolean }> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const texts = Buffer.concat(chunks)
    .toString()
    .split('\n\n')
    .filter(Boolean)
    .map((event) => event.slice('data: '.length));
  const isDone = texts.at(-1) === '[DONE]';
  return {
    data: texts.filter((text) => text !== '[DONE]').map((text) => JSON.parse(text) as Record<string, never>),
    isDone,
  };
}

/** What the events of a stream say together. */
export function textOf(data: readonly unknown[]): string {
  const events = data as { choices?: { delta?: { content?: string } }[] }[];
  return events.map(({ choices }) => choices?.[0]?.delta?.content ?? '').join('');
}
