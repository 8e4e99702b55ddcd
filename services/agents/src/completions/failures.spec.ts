import { listCompletions } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { CompletionsFixture, eventsOf } from './completions.fixture.js';

/** What providers say that they may answer, in their documentation of errors. */
const STATUSES = [400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529];
const REASONS = ['model-unavailable', 'model-refused', 'context-too-long'];

describe('Whatever goes wrong with a call to a model', () => {
  const f = new CompletionsFixture();
  const { t } = f;

  /** Asks, whole or as a stream, and gives the stable reason of the refusal. */
  const refusalOf = async (question: string, more: object, stream: boolean): Promise<string> => {
    try {
      const { body } = await f.send(t.a, question, { ...more, stream });
      const last = body ? (await eventsOf(body)).data.at(-1) : undefined;
      return (last as { error?: { code: string } } | undefined)?.error?.code ?? 'none';
    } catch (error) {
      if (error instanceof Fault) return error.reason;
      throw error;
    }
  };
  const tools = [{ type: 'function', function: { name: 'look_up', parameters: null } }];

  it.each<[string, string, object]>([
    ...STATUSES.map((status): [string, string, object] => [`the provider’s ${status}`, `[[error ${status}]]`, {}]),
    ['an answer that is no JSON', '[[malformed]]', {}],
    ['a connection that ends at once', '[[cut 0]]', {}],
    ['a connection that ends within the answer', '[[cut 3]] [[tokens 20]]', {}],
    ['two tool calls of one id', 'look it up [[same-ids]]', { tools, tool_choice: 'required' }],
  ])('%s is told by a stable reason, and leaves nothing held and nothing uncounted', async (_, question, more) => {
    const budget = await f.budget(t.a);
    const foreign = await f.budget(t.b);
    for (const stream of [false, true]) expect(REASONS).toContain(await refusalOf(question, more, stream));
    expect(await f.settled(t.a, budget)).toBe(await f.costOfCalls(t.a));
    const calls = (await t.a.call(listCompletions, {})).data;
    expect(calls.map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(calls.every(({ failure }) => failure !== null)).toBe(true);
    expect((await t.outbox()).filter(({ type }) => type === 'CompletionEnded')).toHaveLength(2);
    expect(await f.settled(t.b, foreign)).toBe('0.00');
  });

  const nested = (levels: number): object =>
    levels === 0 ? {} : { type: 'object', properties: { a: nested(levels - 1) } };
  const toolOf = (parameters: unknown) => ({ tools: [{ type: 'function', function: { name: 'a', parameters } }] });

  it.each<[string, object, string]>([
    ['that is no object', toolOf('text'), 'tools[0].function.parameters'],
    ['of another type', toolOf({ type: 'string' }), 'tools[0].function.parameters'],
    ['whose properties are a list', toolOf({ type: 'object', properties: [] }), 'tools[0].function.parameters'],
    ['whose required is no list', toolOf({ type: 'object', required: 'a' }), 'tools[0].function.parameters'],
    ['that is too deep', toolOf(nested(30)), 'tools[0].function.parameters'],
    ['that is too large', toolOf({ type: 'object', description: 'x'.repeat(70_000) }), 'tools[0].function.parameters'],
  ])('a tool’s schema %s is refused by its place, before anything is held or asked', async (_, more, field) => {
    const budget = await f.budget(t.a);
    const before = f.local.requestCount;
    for (const stream of [false, true])
      await expect(f.send(t.a, 'Hello', { ...more, stream })).rejects.toBeFault('invalid-input', { field });
    expect(f.local.requestCount).toBe(before);
    expect(await f.settled(t.a, budget)).toBe('0.00');
    expect((await t.a.call(listCompletions, {})).data).toEqual([]);
  });

  it('a huge result of a tool is held for before it is sent: a budget that it does not fit in refuses it', async () => {
    const budget = await f.budget(t.a, '0.001');
    const call = { id: 'c', type: 'function', function: { name: 'a', arguments: '{}' } };
    const messages = [
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: 'word '.repeat(190_000) },
    ];
    const before = f.local.requestCount;
    await expect(f.send(t.a, '', { messages })).rejects.toBeFault('budget-refused');
    expect(f.local.requestCount).toBe(before);
    expect(await f.settled(t.a, budget)).toBe('0.00');
  });

  it('arguments of a tool that are no JSON go on as the model wrote them, for the caller to refuse', async () => {
    await f.budget(t.a);
    const call = { id: 'c', type: 'function', function: { name: 'a', arguments: '{"a":' } };
    const messages = [
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: 'That is no JSON' },
    ];
    await f.send(t.a, '', { messages });
    expect((await t.a.call(listCompletions, {})).data).toMatchObject([{ state: 'completed' }]);
  });

  it('an endless stream ends at its limit, is counted, and frees the rest', async () => {
    const budget = await f.budget(t.a);
    const { data, isDone } = await eventsOf(await f.stream(t.a, '[[endless]] [[tokens 5]]', { max_tokens: 5 }));
    expect(isDone).toBe(true);
    expect(data.length).toBeLessThan(20);
    expect(await f.settled(t.a, budget)).toBe(await f.costOfCalls(t.a));
  });
});
