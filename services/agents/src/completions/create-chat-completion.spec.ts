import { createConversation, getCompletion, listCompletions, type Completion } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { newAgent } from '../agents.fixture.js';
import { CompletionsFixture, eventsOf, textOf } from './completions.fixture.js';

describe('CreateChatCompletion', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const last = async (tenant: TestTenant): Promise<Completion> => (await tenant.call(listCompletions, {})).data[0]!;

  it('answers, and counts exactly what the model used, once', async () => {
    const budget = await f.budget(t.a);
    const answer = await f.ask(t.a, 'Hello');
    expect(answer.choices[0]).toMatchObject({ message: { content: 'You said: Hello' }, finish_reason: 'stop' });
    const { prompt_tokens: input, completion_tokens: output } = answer.usage;
    const cost = (input * 150 + output * 600) / 1e9;
    expect(Number(answer.tenantry.cost)).toBeCloseTo(cost, 12);
    expect(await f.settled(t.a, budget)).toBe(answer.tenantry.cost);
    expect(await t.a.call(getCompletion, { completionId: answer.id })).toMatchObject({
      ...{ state: 'completed', model: 'local-rules', cost: answer.tenantry.cost, estimated: false },
      ...{ inputTokens: input, outputTokens: output, finishReason: 'stop' },
    });
    expect(await t.outbox()).toMatchObject([
      {
        type: 'CompletionEnded',
        tenantId: t.a.id,
        completionId: answer.id,
        state: 'completed',
        cost: answer.tenantry.cost,
      },
    ]);
  });

  it('is told apart by tenant: neither calls nor money of another are seen', async () => {
    await f.budget(t.a);
    const other = await f.budget(t.b);
    const { id } = await f.ask(t.a, 'Hello');
    expect(await t.b.call(listCompletions, {})).toBeEmptyPage();
    for (const completionId of [id, newId()]) {
      await expect(t.b.call(getCompletion, { completionId })).rejects.toBeFault('not-found');
    }
    expect(await f.settled(t.b, other)).toBe('0.00');
  });

  it('asks no model before the money is held, and says what the smallest answer may cost', async () => {
    await f.budget(t.a, '0.000001');
    const before = f.local.requestCount;
    const refused = f.ask(t.a, 'Hello');
    await expect(refused).rejects.toMatchObject({
      reason: 'budget-refused',
      extra: { least: expect.stringMatching(/^0\.0000\d+$/) },
    });
    await expect(f.ask(t.b, 'Hello')).rejects.toBeFault('budget-refused'); // without a budget
    expect(f.local.requestCount).toBe(before);
    expect(await last(t.a)).toMatchObject({ state: 'failed', failure: 'budget-refused', cost: '0.00' });
  });

  it('shortens the answer to what the budget leaves, so that the limit holds', async () => {
    const budget = await f.budget(t.a, '0.00005');
    const { usage, choices } = await f.ask(t.a, '[[tokens 4000]]');
    expect(choices[0]!.finish_reason).toBe('length');
    expect(usage.completion_tokens).toBeLessThan(80);
    expect(Number(await f.settled(t.a, budget))).toBeLessThanOrEqual(0.000_05);
  });

  it('counts against the budgets of the agent, the conversation, the user and the model', async () => {
    await f.budget(t.a);
    const [{ id: agentId }, userId] = [await newAgent(t.a), newId()];
    const facts = { agentId, actor: { kind: 'user' as const, id: userId, role: 'owner' } };
    const { id: conversation } = await t.a.call(createConversation, {}, facts);
    const scopes = [
      ['agent', agentId],
      ['conversation', conversation],
      ['user', userId],
      ['model', 'local-rules'],
    ];
    const budgets = await Promise.all(scopes.map(([kind, id]) => f.budget(t.a, '1.00', { scope: { kind, id } })));
    const other = await f.budget(t.a, '1.00', { scope: { kind: 'agent', id: newId() } });
    const { tenantry } = await f.ask(t.a, 'Hello', { metadata: { conversation_id: conversation } }, facts);
    for (const budget of budgets) expect(await f.settled(t.a, budget)).toBe(tenantry.cost);
    expect(await f.settled(t.a, other)).toBe('0.00');
  });

  it('lets the model call a tool, and takes back what it answered', async () => {
    await f.budget(t.a);
    const tool = {
      type: 'function',
      function: {
        name: 'find_customer',
        description: null,
        parameters: { type: 'object', properties: { email: { type: 'string' } }, required: ['email'] },
      },
    };
    const messages: object[] = [{ role: 'user', content: 'Find the customer "ann@example.com"' }];
    const first = await f.ask(t.a, '', { messages, tools: [tool] } as never);
    const [call] = first.choices[0]!.message.tool_calls as unknown as [{ id: string; function: { arguments: string } }];
    expect(JSON.parse(call.function.arguments)).toEqual({ email: 'ann@example.com' });
    messages.push(first.choices[0]!.message, { role: 'tool', tool_call_id: call.id, content: 'Ann, Oslo' });
    const second = await f.ask(t.a, '', { messages, tools: [tool] } as never);
    expect(second.choices[0]!.message.content).toBe('The tools answered: Ann, Oslo');
  });

  it('streams the same answer as events that OpenAI clients read, and counts the same', async () => {
    const budget = await f.budget(t.a);
    const whole = await f.ask(t.a, 'Tell me something long enough');
    const { data, isDone } = await eventsOf(
      await f.stream(t.a, 'Tell me something long enough', { stream_options: { include_usage: true } }),
    );
    expect(textOf(data)).toBe(whole.choices[0]!.message.content);
    expect(isDone).toBe(true);
    expect(data.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: whole.usage.completion_tokens } });
    expect(Number(await f.settled(t.a, budget))).toBeCloseTo(2 * Number(whole.tenantry.cost), 9);
  });

  it('counts what had come when whoever asked goes away, and stops the model', async () => {
    const budget = await f.budget(t.a);
    const body = await f.stream(t.a, '[[endless]] [[slow 1]]');
    let taken = 0;
    for await (const { length } of body) {
      taken += Math.sign(length);
      if (taken === 20) break;
    }
    expect(Number(await f.settled(t.a, budget))).toBeGreaterThan(0);
    expect(await last(t.a)).toMatchObject({ state: 'cancelled', estimated: true, outputTokens: expect.any(Number) });
    expect((await last(t.a)).outputTokens).toBeGreaterThanOrEqual(20);
  });

  it('ends a stream that goes on beyond its limit', async () => {
    const budget = await f.budget(t.a);
    const { data, isDone } = await eventsOf(await f.stream(t.a, '[[endless]]', { max_tokens: 30 }));
    expect(isDone).toBe(true);
    expect(data.at(-1)).toMatchObject({ choices: [{ finish_reason: 'length' }] });
    await f.settled(t.a, budget);
    expect(await last(t.a)).toMatchObject({ state: 'completed', outputTokens: 30, estimated: true });
  });

  it('estimates what a provider does not say, and marks it', async () => {
    const budget = await f.budget(t.a);
    const { tenantry, usage } = await f.ask(t.a, '[[no-usage]] [[say twelve tokens is what this text will have here]]');
    expect(tenantry.estimated).toBe(true);
    expect(usage.completion_tokens).toBeGreaterThan(10);
    expect(await f.settled(t.a, budget)).toBe(tenantry.cost);
  });

  it.each([
    ['[[error 500]]', 'model-unavailable', 'failed'],
    ['[[error 429]] [[retry-after 9]]', 'model-unavailable', 'overloaded'],
    ['[[error 401]]', 'model-unavailable', 'credentials'],
    ['[[error 400]]', 'model-refused', 'refused'],
    ['[[error 413]]', 'context-too-long', 'too-long'],
  ] as const)('costs nothing when the provider answers %s', async (question, reason, failure) => {
    const budget = await f.budget(t.a);
    for (const stream of [false, true]) {
      await expect(f.send(t.a, question, { stream })).rejects.toBeFault(reason);
      expect(await f.settled(t.a, budget)).toBe('0.00');
      expect(await last(t.a)).toMatchObject({ state: 'failed', failure, cost: '0.00' });
    }
  });

  it.each([
    ['[[malformed]]', 'malformed'],
    ['[[cut 0]]', 'cut'],
  ])('counts the input when the answer to it is %s', async (question, failure) => {
    const budget = await f.budget(t.a);
    await expect(f.ask(t.a, question)).rejects.toBeFault('model-unavailable');
    expect(Number(await f.settled(t.a, budget))).toBeGreaterThan(0);
    expect(await last(t.a)).toMatchObject({ state: 'failed', failure, estimated: true });
  });

  it('tells a reader of a stream that it broke off, and counts what had come', async () => {
    const budget = await f.budget(t.a);
    const { data, isDone } = await eventsOf(await f.stream(t.a, '[[cut 5]] [[tokens 50]]'));
    expect(isDone).toBe(false);
    expect(data.at(-1)).toMatchObject({ error: { code: 'model-unavailable' } });
    expect(Number(await f.settled(t.a, budget))).toBeGreaterThan(0);
    expect(await last(t.a)).toMatchObject({ state: 'failed', failure: 'cut', estimated: true });
  });

  it('refuses an answer whose tool calls can’t be told apart, and counts it', async () => {
    const budget = await f.budget(t.a);
    const tools = [{ type: 'function', function: { name: 'look_up', parameters: null } }];
    for (const stream of [false, true]) {
      const question = 'look it up [[same-ids]]';
      const answer = f.send(t.a, question, { tools, tool_choice: 'required', stream });
      if (stream) expect((await eventsOf((await answer).body!)).data.at(-1)).toMatchObject({ error: {} });
      else await expect(answer).rejects.toBeFault('model-unavailable');
    }
    expect(Number(await f.settled(t.a, budget))).toBeGreaterThan(0);
  });

  it.each([
    [{ model: 'nothing-like-it' }, 'model'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'messages[0].content[0]',
    ],
    [{ messages: [{ role: 'tool', tool_call_id: 'x', content: 'y' }] }, 'messages[0].tool_call_id'],
    [
      { tools: [{ type: 'function', function: { name: 'a', parameters: { type: 'array' } } }] },
      'tools[0].function.parameters',
    ],
    [{ tools: [1, 2].map(() => ({ type: 'function', function: { name: 'a' } })) }, 'tools[1].function.name'],
    [{ tool_choice: { type: 'function', function: { name: 'a' } } }, 'tool_choice'],
    [{ response_format: { type: 'json_schema' } }, 'response_format'],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
    [{ store: true }, 'store'],
    [{ metadata: { conversation_id: 'x' } }, 'metadata.conversation_id'],
  ])('refuses %j by the name of its field, and holds nothing', async (more, field) => {
    const budget = await f.budget(t.a);
    await expect(f.send(t.a, 'Hello', more)).rejects.toBeFault('invalid-input', { field });
    expect(await f.settled(t.a, budget)).toBe('0.00');
    expect(await t.a.count('agents.completion')).toBe(0);
  });

  it('refuses two calls with one id, and an answer to a call that was answered', async () => {
    const call = { id: 'c1', type: 'function', function: { name: 'a', arguments: '{}' } };
    const asked = { role: 'assistant', content: null, tool_calls: [call] };
    const answered = { role: 'tool', tool_call_id: 'c1', content: 'x' };
    const refused = async (messages: object[], field: string): Promise<void> =>
      expect(f.send(t.a, '', { messages })).rejects.toBeFault('invalid-input', { field });
    await refused([{ ...asked, tool_calls: [call, call] }], 'messages[0].tool_calls');
    await refused([asked, answered, answered], 'messages[2].tool_call_id');
  });

  it('is for those alone who may ask models', async () => {
    await f.budget(t.a);
    await expect(f.ask(t.a, 'Hello', {}, { permissions: ['agents.read'] })).rejects.toBeFault('forbidden');
  });
});
