import {
  closeConversation,
  createConversation,
  deleteConversation,
  getConversation,
  linkConversationSubjects,
  listCompletions,
  listConversationMessages,
  listConversations,
  replaceConversationRetention,
  type ChatInputMessage,
  type ConversationMessage,
  type CreateConversationRequest,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { member } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';

describe('A conversation that is kept', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const [ann, ben] = [member(), member()];

  const begin = async (tenant: TestTenant, who = ann, more: Partial<CreateConversationRequest> = {}): Promise<string> =>
    (await tenant.call(createConversation, more, who)).id;
  const say = (tenant: TestTenant, id: string, text: string, who = ann, more: object = {}) =>
    f.ask(tenant, text, { metadata: { conversation_id: id }, ...more }, who);
  const messagesOf = async (tenant: TestTenant, id: string, who = ann): Promise<ConversationMessage[]> =>
    (await tenant.call(listConversationMessages, { conversationId: id }, who)).data;
  const texts = (messages: readonly ConversationMessage[]) =>
    messages.map(({ role, content }) => `${role}: ${content}`);
  const stored = (column: string, table: string, { id }: TestTenant) =>
    t.database.admin<Record<string, string>>(`select ${column} from agents.${table} where tenant_id = $1`, [id]);

  it('is resumed from what was said: the model is given it, and the caller sends only what is new', async () => {
    await f.budget(t.a);
    const id = await begin(t.a);
    await say(t.a, id, 'My name is Ada');
    const before = (await t.a.call(listCompletions, {})).data[0]!.inputTokens!;
    await say(t.a, id, 'My name is Ada'); // the same question costs more: it comes after what was said before
    expect((await t.a.call(listCompletions, {})).data[0]!.inputTokens!).toBeGreaterThan(before);
    expect(texts(await messagesOf(t.a, id))).toEqual([
      ...['user: My name is Ada', 'assistant: You said: My name is Ada'],
      ...['user: My name is Ada', 'assistant: You said: My name is Ada'],
    ]);
    expect(await t.a.call(getConversation, { conversationId: id }, ann)).toMatchObject({ turns: 2, status: 'open' });
  });

  it('is kept when the answer is a stream, too', async () => {
    await f.budget(t.a);
    const id = await begin(t.a);
    for await (const piece of await f.stream(t.a, 'Tell me', { metadata: { conversation_id: id } }, ann))
      expect(piece.length).toBeGreaterThan(0);
    expect(texts(await messagesOf(t.a, id))).toEqual(['user: Tell me', 'assistant: You said: Tell me']);
  });

  it('keeps calls of tools and their answers, as one run that waits for them', async () => {
    await f.budget(t.a);
    const id = await begin(t.a);
    const tools = [
      {
        type: 'function',
        function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
      },
    ];
    const asked = await say(t.a, id, 'What is the weather in "Oslo"?', ann, { tools });
    const call = asked.choices[0]!.message.tool_calls![0] as unknown as { id: string };
    await expect(say(t.a, id, 'And now?')).rejects.toBeFault('invalid-input', { field: 'messages' });
    const answer = { role: 'tool', tool_call_id: call.id, content: 'rain', tool_calls: [] };
    const answered = await say(t.a, id, '', ann, { messages: [answer as ChatInputMessage], tools });
    expect(answered.choices[0]!.message.content).toBe('The tools answered: rain');
    const [second, first] = (await t.a.call(listCompletions, {})).data;
    expect([second!.runId, first!.runId]).toEqual([asked.id, asked.id]);
    expect((await messagesOf(t.a, id)).map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    await say(t.a, id, 'Thanks');
    expect((await t.a.call(listCompletions, {})).data[0]!.runId).not.toBe(asked.id); // another question, another run
  });

  it('is told to nobody else: neither another tenant nor another member may read, continue, close or forget it', async () => {
    await Promise.all([f.budget(t.a), f.budget(t.b)]);
    const id = await begin(t.a);
    await say(t.a, id, 'Between us');
    const without: Partial<TenantContext> = { permissions: ['conversations.use', 'agents.complete'] };
    for (const [tenant, who] of [
      [t.b, ann],
      [t.a, { ...ben, ...without }],
    ] as const) {
      await expect(say(tenant, id, 'Hello', who)).rejects.toBeFault('not-found');
      for (const operation of [getConversation, listConversationMessages, closeConversation, deleteConversation])
        await expect(tenant.call(operation as typeof getConversation, { conversationId: id }, who)).rejects.toBeFault(
          'not-found',
        );
      expect(await tenant.call(listConversations, {}, who)).toBeEmptyPage();
    }
    await expect(say(t.a, newId(), 'Hello')).rejects.toBeFault('not-found');
    await expect(say(t.a, id, 'Hello', ben)).rejects.toBeFault('not-found'); // who may read all may not speak in all
    expect(texts(await messagesOf(t.a, id, ben))).toHaveLength(2); // conversations.read
  });

  it('is sealed with a key of its own, without which nothing of it is left', async () => {
    await f.budget(t.a);
    const [secret, person] = [t.a.canary(), t.a.canary()];
    const id = await begin(t.a, ann, { subjects: [{ table: 'customers', value: person }] });
    await say(t.a, id, `Remember ${secret}`);
    const rows = [
      ...(await stored('content', 'conversation_message', t.a)),
      ...(await stored('value', 'conversation_subject', t.a)),
    ];
    expect(rows).toHaveLength(3);
    for (const text of [secret, person]) expect(JSON.stringify(rows)).not.toContain(text);
    await t.a.call(deleteConversation, { conversationId: id }, ann);
    await t.a.call(deleteConversation, { conversationId: id }, ann);
    expect(await stored('content', 'conversation_message', t.a)).toEqual([]);
    expect(await stored('value', 'conversation_subject', t.a)).toEqual([]);
    expect(await stored('key', 'conversation', t.a)).toEqual([{ key: null }]);
    expect(await messagesOf(t.a, id)).toEqual([]);
    await expect(say(t.a, id, 'Hello')).rejects.toBeFault('conversation-ended');
    const left = await t.a.call(getConversation, { conversationId: id }, ann);
    expect(left).toMatchObject({ status: 'forgotten', turns: 1, subjects: [] });
    expect(Number(left.spent)).toBeGreaterThan(0); // the ledger stays
    expect((await t.outbox()).filter(({ type }) => type === 'ConversationForgotten')).toMatchObject([
      { reason: 'asked', messages: 2 },
    ]);
  });

  it('ends after its turns, however many ask at once; one answers at a time', async () => {
    await f.budget(t.a);
    const id = await begin(t.a, ann, { maxTurns: 2 });
    const tries = await Promise.allSettled(Array.from({ length: 6 }, (_, index) => say(t.a, id, `Question ${index}`)));
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).toBeFault('conflict');
    const answered = tries.filter(({ status }) => status === 'fulfilled').length;
    expect(answered).toBeGreaterThanOrEqual(1);
    for (let turn = answered; turn < 2; turn += 1) await say(t.a, id, 'More');
    await expect(say(t.a, id, 'More')).rejects.toBeFault('conversation-ended');
    expect(await messagesOf(t.a, id)).toHaveLength(4);
  });

  it('never costs more than its own budget', async () => {
    await f.budget(t.a);
    const id = await begin(t.a, ann, { budget: '0.00015' });
    let refusal: unknown = null;
    while (refusal === null) await say(t.a, id, '[[tokens 50]]').catch((error: unknown) => (refusal = error));
    expect(refusal).toMatchObject({ reason: 'budget-refused', extra: { scope: { kind: 'conversation', id } } });
    const { spent, turns } = await t.a.call(getConversation, { conversationId: id }, ann);
    expect(turns).toBeGreaterThan(0);
    expect(Number(spent)).toBeLessThanOrEqual(0.00015);
  });

  it('keeps nothing of a turn that failed, and can go on', async () => {
    await f.budget(t.a);
    const id = await begin(t.a);
    await expect(say(t.a, id, '[[error 500]]')).rejects.toBeFault('model-unavailable');
    await expect(say(t.a, id, 'Hello', ann, { model: 'none' })).rejects.toBeFault('invalid-input');
    const history = [{ role: 'assistant', content: 'I said so', tool_calls: [] } as ChatInputMessage];
    await expect(say(t.a, id, '', ann, { messages: history })).rejects.toBeFault('invalid-input', {
      field: 'messages',
    });
    await say(t.a, id, 'Hello');
    expect(texts(await messagesOf(t.a, id))).toEqual(['user: Hello', 'assistant: You said: Hello']);
    const poor = await begin(t.b);
    await expect(say(t.b, poor, 'Hello')).rejects.toBeFault('budget-refused');
    await f.budget(t.b);
    await say(t.b, poor, 'Hello');
    expect(await messagesOf(t.b, poor)).toHaveLength(2);
  });

  it('is not continued once it is closed, and its people are named once', async () => {
    await f.budget(t.a);
    const id = await begin(t.a, ann, { subjects: [{ table: 'customers', value: '7' }] });
    const subjects = [
      { table: 'customers', value: '7' },
      { table: 'employees', value: '7' },
    ];
    const linked = await t.a.call(linkConversationSubjects, { conversationId: id, subjects }, ann);
    expect(linked.subjects).toEqual(subjects);
    expect(await t.a.call(closeConversation, { conversationId: id }, ann)).toMatchObject({ status: 'closed' });
    await expect(say(t.a, id, 'Hello')).rejects.toBeFault('conversation-ended');
  });

  it('is forgotten in time: after the days of its tenant, or of its agent, from its last turn on', async () => {
    await Promise.all([f.budget(t.a), f.budget(t.b)]);
    const [mine, other] = [await begin(t.a), await begin(t.b)];
    await say(t.a, mine, 'Hello');
    await say(t.b, other, 'Hello');
    await t.database.admin(`update agents.conversation
      set updated_at = updated_at - interval '8 days', expires_at = expires_at - interval '8 days'`);
    await t.bus.runSchedule('agents.retention');
    expect(await messagesOf(t.a, mine)).toHaveLength(2); // 90 days unless the tenant says otherwise
    await t.a.call(replaceConversationRetention, { days: 7, agents: [] });
    await t.bus.runSchedule('agents.retention');
    expect(await messagesOf(t.a, mine)).toEqual([]);
    expect(await messagesOf(t.b, other)).toHaveLength(2);
    expect((await t.outbox()).filter(({ type }) => type === 'ConversationForgotten')).toMatchObject([
      { tenantId: t.a.id, reason: 'retention' },
    ]);
  });
});
