import {
  callAgentTool,
  createConversation,
  getAgentRun,
  giveRunFeedback,
  issueAgentToken,
  listAgentRuns,
  listRunFeedback,
  replaceGuardrails,
  deleteConversation,
  type ChatInputMessage,
} from '@tenantry/contracts';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { newId, type TenantContext } from '@tenantry/kernel';
import { asAgent, include, join, liveAgent, member } from '../agents.fixture.js';
import { CompletionsFixture, type Answer } from '../completions/completions.fixture.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const tools = [{ type: 'function', function: { name: 'list_meters', parameters: { type: 'object', properties: {} } } }];

describe('A run', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const spans = new InMemorySpanExporter();
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }),
    );
  });
  afterAll(() => [trace, context].forEach((api) => api.disable()));
  beforeEach(() => spans.reset());

  /** An agent of tenant A that may ask models and call one tool, on behalf of a member. */
  async function agent(): Promise<Partial<TenantContext>> {
    include(t, t.a.id, ['models', 'tools']);
    const permissions = ['agents.complete', 'agents.call', 'meters.read'];
    const { id } = await liveAgent(t, t.a, {
      model: 'local-rules',
      permissions,
      tools: [{ name: 'list_meters', needsApproval: false }],
    });
    const audiences = ['api', 'completions'];
    const token = await t.a.call(issueAgentToken, { agentId: id, audiences, permissions }, join(t, t.a.id));
    return asAgent(token);
  }
  const traced = (who: Partial<TenantContext>, traceId = TRACE_ID): Partial<TenantContext> => {
    const { request } = testRequest();
    return { ...who, request: { ...request, traceparent: `00-${traceId}-00f067aa0ba902b7-01` } };
  };
  const testRequest = () => ({
    request: { id: newId(), clientIp: null, userAgent: null, deadlineAtMs: Date.now() + 30_000, traceparent: null },
  });

  /** Asks, calls the tool that the model wants, and tells the model what it gave. */
  async function chain(who: Partial<TenantContext>): Promise<{ first: Answer; last: Answer }> {
    const first = await f.ask(t.a, 'Please list meters', { tools } as never, traced(who));
    const call = first.choices[0]!.message.tool_calls![0] as unknown as { id: string; function: { name: string } };
    const wish = { name: call.function.name, arguments: {}, runId: first.id };
    await t.a.call(callAgentTool, wish, traced(who, 'a'.repeat(32)));
    const messages = [
      { role: 'user', content: 'Please list meters', tool_calls: [] },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', content: '{"data":[]}', tool_call_id: call.id, tool_calls: [] },
    ] as unknown as ChatInputMessage[];
    const more = { messages, tools, metadata: { run_id: first.id } } as never;
    return { first, last: await f.ask(t.a, '', more, traced(who, 'b'.repeat(32))) };
  }

  it('is every call to a model and of a tool that a question led to, with guardrails and costs', async () => {
    await f.budget(t.a);
    const shadow = {
      name: 'greeting',
      kind: 'terms',
      mode: 'shadow',
      terms: ['please'],
      stages: [],
      detect: [],
      scripts: [],
      topics: [],
      tools: [],
    };
    await t.a.call(replaceGuardrails, { guardrails: [shadow] });
    const who = await agent();
    const { first, last } = await chain(who);
    const run = await t.a.call(getAgentRun, { runId: first.id });
    expect(run).toMatchObject({
      ...{ id: first.id, agentId: who.agentId, onBehalfOf: who.onBehalfOf, traceId: TRACE_ID, state: 'completed' },
      ...{ modelCalls: 2, toolCalls: 1 },
    });
    expect(Number(run.cost)).toBeCloseTo(Number(first.tenantry.cost) + Number(last.tenantry.cost), 12);
    expect(run.steps.map(({ kind, name, outcome }) => [kind, name, outcome])).toEqual(
      expect.arrayContaining([
        ['model_call', 'local-rules', 'completed'],
        ['tool_call', 'list_meters', 'ok'],
        ['guardrail', 'greeting', 'shadow redacted'],
      ]),
    );
    expect(run.steps.find(({ kind }) => kind === 'tool_call')!.attributes).toMatchObject({
      ...{ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'list_meters', 'gen_ai.agent.id': who.agentId },
    });
    expect(run.steps.find(({ id }) => id === last.id)!.attributes).toMatchObject({
      ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': last.usage.prompt_tokens },
    });
  });

  it('is one trace, whatever traces its requests came with', async () => {
    await f.budget(t.a);
    const { first } = await chain(await agent());
    const own = spans.getFinishedSpans().filter(({ name }) => /^(chat|execute_tool) /.test(name));
    expect(own.map(({ name }) => name)).toEqual(['chat local-rules', 'execute_tool list_meters', 'chat local-rules']);
    for (const span of own) expect(span.spanContext().traceId).toBe(TRACE_ID);
    for (const span of own) expect(span.attributes['tenantry.run.id']).toBe(first.id);
    expect(own[2]!.links[0]!.context.traceId).toBe('b'.repeat(32));
    expect(own[2]!.attributes).toMatchObject({
      ...{
        'gen_ai.operation.name': 'chat',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.response.model': 'local-rules',
      },
    });
    expect(JSON.stringify(own.map(({ attributes }) => attributes))).not.toContain('Please');
  });

  it('is continued by nobody else, and seen in its own tenant alone', async () => {
    await Promise.all([f.budget(t.a), f.budget(t.b)]);
    const [ann, ben] = [member(), member()];
    const { id } = await f.ask(t.a, 'Hello', {}, ann);
    const go = (tenant: typeof t.a, who: Partial<TenantContext>, runId: string) =>
      f.ask(tenant, 'Hello', { metadata: { run_id: runId } }, who);
    await expect(go(t.a, ben, id)).rejects.toBeFault('not-found');
    await expect(go(t.b, ann, id)).rejects.toBeFault('not-found');
    await expect(go(t.a, ann, newId())).rejects.toBeFault('not-found');
    await go(t.a, ann, id);
    expect(await t.a.call(getAgentRun, { runId: id })).toMatchObject({ modelCalls: 2 });
    await expect(t.b.call(getAgentRun, { runId: id })).rejects.toBeFault('not-found');
    expect(await t.b.call(listAgentRuns, {})).toBeEmptyPage();
    const { data } = await t.a.call(listAgentRuns, { userId: ann.actor!.id });
    expect(data).toMatchObject([{ id, modelCalls: 2, state: 'completed', steps: [] }]);
    expect(await t.a.call(listAgentRuns, { userId: ben.actor!.id })).toBeEmptyPage();
  });

  it('waits while tools have not answered, and fails as its last call does', async () => {
    await f.budget(t.a);
    const ann = member();
    const { id } = await f.ask(t.a, 'Please list meters', { tools } as never, ann);
    expect(await t.a.call(getAgentRun, { runId: id })).toMatchObject({ state: 'waiting' });
    await expect(f.ask(t.a, '[[error 500]]', { metadata: { run_id: id } }, ann)).rejects.toBeFault('model-unavailable');
    expect(await t.a.call(getAgentRun, { runId: id })).toMatchObject({ state: 'failed' });
  });

  it('is listed page by page, the newest first', async () => {
    await f.budget(t.a);
    const asked = [];
    for (let index = 0; index < 3; index += 1) asked.push((await f.ask(t.a, `Hello ${index}`)).id);
    const first = await t.a.call(listAgentRuns, { limit: 2 });
    const second = await t.a.call(listAgentRuns, { limit: 2, cursor: first.nextCursor });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(asked.toReversed());
    await expect(t.b.call(listAgentRuns, { limit: 2, cursor: first.nextCursor })).rejects.toBeFault('invalid-cursor');
  });

  it('is rated by whom it was made for alone; the comment is sealed, and goes with its conversation', async () => {
    await f.budget(t.a);
    const [ann, ben] = [member(), member()];
    const { id: conversation } = await t.a.call(createConversation, {}, ann);
    const { id: runId } = await f.ask(t.a, 'Hello', { metadata: { conversation_id: conversation } }, ann);
    const comment = t.a.canary();
    for (const who of [ben, { ...ann, permissions: ['agents.read'] }])
      await expect(t.a.call(giveRunFeedback, { runId, score: 1 }, who)).rejects.toBeInstanceOf(Error);
    await expect(t.b.call(giveRunFeedback, { runId, score: 1 }, ann)).rejects.toBeFault('not-found');
    await t.a.call(giveRunFeedback, { runId, score: 1 }, ann);
    await t.a.call(giveRunFeedback, { runId, score: 4, comment }, ann);
    const { data } = await t.a.call(listRunFeedback, {});
    expect(data).toMatchObject([{ runId, score: 4, comment, actorId: ann.actor!.id }]);
    expect(await t.b.call(listRunFeedback, {})).toBeEmptyPage();
    expect(await t.a.call(listRunFeedback, { maxScore: 3 })).toBeEmptyPage();
    const stored = await t.database.admin('select comment from agents.run_feedback');
    expect(JSON.stringify(stored)).not.toContain(comment);
    await t.a.call(deleteConversation, { conversationId: conversation }, ann);
    expect(await t.a.call(listRunFeedback, {})).toBeEmptyPage();
  });
});
