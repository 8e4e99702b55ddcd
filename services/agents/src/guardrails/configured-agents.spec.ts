import { issueAgentToken, replaceGuardrails, type AgentConfig, type Guardrail } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { asAgent, include, join, liveAgent } from '../agents.fixture.js';
import { CompletionsFixture, eventsOf, textOf } from '../completions/completions.fixture.js';

describe('What an agent’s configuration says', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  beforeEach(async () => {
    include(t, t.a.id, ['models']);
    await f.budget(t.a);
  });

  const agentWith = async (more: Partial<AgentConfig>): Promise<Partial<TenantContext>> => {
    const { id } = await liveAgent(t, t.a, { model: 'local-rules', ...more });
    const token = await t.a.call(issueAgentToken, { agentId: id, audiences: ['completions'] }, join(t, t.a.id));
    return asAgent(token, { permissions: ['agents.complete'] });
  };
  const guardrail = (more: Partial<Guardrail>): Guardrail => ({
    ...{ name: 'short', kind: 'length', mode: 'off', action: 'block', stages: ['input'], detect: [], terms: [] },
    ...{ maxChars: 3, scripts: [], topics: [], tools: [], threshold: null },
    ...more,
  });
  const guard = (...guardrails: Guardrail[]) => t.a.call(replaceGuardrails, { guardrails });

  it('goes before whatever a caller says, counts as input, and binds how long answers are', async () => {
    const plain = await agentWith({});
    const told = await agentWith({ instructions: 'You sell hats. '.repeat(40), maxOutputTokens: 3 });
    const [without, with_] = [
      await f.ask(t.a, '[[tokens 20]]', { max_tokens: 9 }, plain),
      await f.ask(t.a, '[[tokens 20]]', { max_tokens: 9 }, told),
    ];
    expect(with_.usage.prompt_tokens).toBeGreaterThan(without.usage.prompt_tokens + 100);
    expect([without.usage.completion_tokens, with_.usage.completion_tokens]).toEqual([9, 3]);
    const own = await f.ask(t.a, '[[tokens 20]]', { max_tokens: 9 });
    expect(own.usage.completion_tokens).toBe(9);
  });

  it('tightens the tenant’s guardrails for that agent alone, and loosens none', async () => {
    await guard(guardrail({}), guardrail({ name: 'hard', mode: 'enforce', maxChars: 30 }));
    const strict = await agentWith({ guardrails: [{ name: 'short', mode: 'enforce' }] });
    const loose = await agentWith({ guardrails: [{ name: 'hard', mode: 'off' }] });
    await expect(f.ask(t.a, 'Hello', {}, strict)).rejects.toMatchObject({ extra: { guardrail: 'short' } });
    await f.ask(t.a, 'Hello', {}, loose);
    await f.ask(t.a, 'Hello');
    await expect(f.ask(t.a, 'x'.repeat(31), {}, loose)).rejects.toMatchObject({ extra: { guardrail: 'hard' } });
  });

  it('never goes without a guardrail that it needs and the tenant has no more', async () => {
    const guardrails = [{ name: 'gone', mode: 'shadow' }];
    await expect(agentWith({ guardrails })).rejects.toBeFault('invalid-input', { field: 'config.guardrails[0]' });
    await guard(guardrail({ name: 'gone' }));
    const needs = await agentWith({ guardrails });
    await guard();
    await expect(f.ask(t.a, 'Hello', {}, needs)).rejects.toMatchObject({
      ...{ reason: 'guardrail-blocked', extra: { guardrail: 'gone' } },
    });
  });
});

describe('An answer that must be what response_format says', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const schema = { type: 'object', required: ['count'], properties: { count: { type: 'integer' } } };
  const format = (given: object = schema) => ({
    response_format: { type: 'json_schema', json_schema: { name: 'order', schema: given } },
  });
  const say = (text: string): string => `[[say ${text}]]`;
  beforeEach(() => f.budget(t.a));

  const guard = (mode: string) => {
    const one = {
      name: 'form',
      kind: 'schema',
      mode,
      stages: [],
      detect: [],
      terms: [],
      scripts: [],
      topics: [],
      tools: [],
    };
    return t.a.call(replaceGuardrails, { guardrails: [one] });
  };

  it('is refused when it is not, whole and at the end of a stream, and costs what it cost', async () => {
    await guard('enforce');
    expect((await f.ask(t.a, say('{"count": 3}'), format())).choices[0]!.message.content).toBe('{"count": 3}');
    const wrong = f.ask(t.a, say('{"count": "x"}'), format());
    await expect(wrong).rejects.toMatchObject({
      ...{ reason: 'guardrail-blocked', extra: { guardrail: 'form', stage: 'output' } },
      message: expect.stringContaining('count must be integer') as string,
    });
    await expect(f.ask(t.a, say('no JSON at all'), { response_format: { type: 'json_object' } })).rejects.toBeFault(
      'guardrail-blocked',
    );
    const { data, isDone } = await eventsOf(await f.stream(t.a, say('{"count": "x"}'), format()));
    expect(isDone).toBe(false);
    expect(data.at(-1)).toMatchObject({ error: { code: 'guardrail-blocked' } });
    const good = await eventsOf(await f.stream(t.a, say('{"count": 4}'), format()));
    expect([textOf(good.data), good.isDone]).toEqual(['{"count": 4}', true]);
    expect(Number(await f.costOfCalls(t.a))).toBeGreaterThan(0);
  });

  it('goes on in shadow mode, without a schema, and for a tenant that did not ask for it', async () => {
    await f.ask(t.a, say('free text'), format());
    await guard('shadow');
    await f.ask(t.a, say('free text'), format());
    await f.ask(t.a, say('free text'));
  });

  it('is not asked for by a schema that can’t be checked: the place is told, and no model is asked', async () => {
    await guard('enforce');
    const before = f.local.requestCount;
    for (const [given, place] of [
      [{ type: 'object', properties: { a: { type: 'text' } } }, '.properties.a.type'],
      [{ $ref: '#/$defs/none' }, '.$ref'],
      [{ type: 'object', patternProperties: {} }, '.patternProperties'],
    ] as const)
      await expect(f.ask(t.a, 'x', format(given))).rejects.toBeFault('invalid-input', {
        field: `response_format.json_schema.schema${place}`,
      });
    expect(f.local.requestCount).toBe(before);
  });
});
