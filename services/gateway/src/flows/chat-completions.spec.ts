import { createChatCompletion, getModel, listModels, Reply, type Operation } from '@tenantry/contracts';
import { fromFaultMessage } from '@tenantry/kernel';
import { eventually } from '@tenantry/testing';
import { APIError, OpenAI } from 'openai';
import { CompletionsFixture } from '../../../agents/src/completions/completions.fixture.js';
import type { ReceivedCall } from '../testing/fake-services.fixture.js';
import { TestGateway } from '../testing/test-gateway.fixture.js';

/** The unmodified client of OpenAI before the gateway; behind it the agents service, billing and a real Postgres. */
describe('An OpenAI client', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  let gateway: TestGateway;
  let a: OpenAI;
  let b: OpenAI;

  beforeEach(async () => {
    gateway = await TestGateway.start();
    for (const operation of [createChatCompletion, getModel, listModels] as Operation[]) {
      gateway.services.answer(operation, (call) => forward(operation, call));
    }
    const baseURL = `${await gateway.http.listen({ port: 0, host: '127.0.0.1' })}/v1`;
    const clientOf = async (id: string): Promise<OpenAI> => {
      gateway.setTenant(id, { slug: `t-${id.slice(-8)}` });
      return new OpenAI({ baseURL, apiKey: gateway.key(id).secret, maxRetries: 0 });
    };
    [a, b] = [await clientOf(t.a.id), await clientOf(t.b.id)];
  });
  afterEach(() => gateway.close());

  async function forward(operation: Operation, { input, ctx }: ReceivedCall): Promise<Reply<unknown>> {
    const { fault, body, payload, headers } = await t.bus.send(operation, JSON.stringify(input), ctx);
    if (fault) throw fromFaultMessage(fault);
    return new Reply<unknown>((body ?? payload) as never, { headers: headers ?? undefined });
  }

  const ask = (text: string) => ({ model: 'local-rules', messages: [{ role: 'user' as const, content: text }] });

  it('gets answers, and only its own tenant pays', async () => {
    const [budget, other] = [await f.budget(t.a), await f.budget(t.b)];
    const { choices, usage } = await a.chat.completions.create(ask('Hello'));
    expect(choices[0]!.message.content).toBe('You said: Hello');
    expect(usage!.total_tokens).toBe(usage!.prompt_tokens + usage!.completion_tokens);
    expect(Number(await f.settled(t.a, budget))).toBeGreaterThan(0);
    expect(await f.settled(t.b, other)).toBe('0.00');
  });

  it('reads an answer while it comes', async () => {
    await f.budget(t.a);
    const stream = await a.chat.completions.create({
      ...ask('Tell me more'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('You said: Tell me more');
    expect(chunks.at(-1)!.usage!.completion_tokens).toBeGreaterThan(0);
  });

  it('runs tools in its own loop', async () => {
    await f.budget(t.a);
    const asked: unknown[] = [];
    const weather = {
      name: 'get_weather',
      description: 'The weather of a city',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      parse: JSON.parse as (json: string) => { city: string },
      function: ({ city }: { city: string }) => {
        asked.push(city);
        return 'rain';
      },
    };
    const runner = a.chat.completions.runTools({
      ...ask('What is the weather in "Oslo"?'),
      tools: [{ type: 'function', function: weather }],
    });
    expect(await runner.finalContent()).toBe('The tools answered: rain');
    expect(asked).toEqual(['Oslo']);
  });

  it('lists the models, and reads one of them', async () => {
    const { data } = await a.models.list();
    expect(data).toMatchObject([{ id: 'local-rules', object: 'model', owned_by: 'local' }]);
    expect(await a.models.retrieve('local-rules')).toEqual(data[0]);
    for (const name of ['none', 'acme/none'])
      await expect(b.models.retrieve(name)).rejects.toMatchObject({ status: 404, code: 'not-found' });
  });

  it('throws what it is refused with our codes, and tells what would fit', async () => {
    const refused = b.chat.completions.create(ask('Hello'));
    await expect(refused).rejects.toMatchObject({ status: 402, code: 'budget-refused', type: 'insufficient_quota' });
    await f.budget(t.a);
    const unknown = a.chat.completions.create({ ...ask('Hello'), model: 'none' });
    await expect(unknown).rejects.toMatchObject({ status: 422, code: 'invalid-input', param: 'model' });
    const unsupported = a.chat.completions.create({ ...ask('Hello'), logprobs: true });
    await expect(unsupported).rejects.toMatchObject({ status: 422, param: 'logprobs' });
    const broken = a.chat.completions.create(ask('[[error 500]]'));
    await expect(broken).rejects.toMatchObject({ status: 503, code: 'model-unavailable' });
    const stranger = new OpenAI({ baseURL: a.baseURL, apiKey: 'sk_live_nobody_knows_this_one', maxRetries: 0 });
    await expect(stranger.chat.completions.create(ask('Hello'))).rejects.toMatchObject({ status: 401 });
  });

  it('is told when an answer breaks off', async () => {
    await f.budget(t.a);
    const stream = await a.chat.completions.create({ ...ask('[[cut 3]] [[tokens 9]]'), stream: true });
    const read = async (): Promise<void> => {
      for await (const { object } of stream) expect(object).toBe('chat.completion.chunk');
    };
    await expect(read()).rejects.toBeInstanceOf(APIError);
  });

  it('that goes away stops the model, and pays for what had come', async () => {
    const budget = await f.budget(t.a);
    const stream = await a.chat.completions.create({ ...ask('[[endless]] [[slow 2]]'), stream: true });
    let taken = 0;
    for await (const { choices } of stream) {
      taken += choices.length;
      if (taken === 10) break;
    }
    await eventually(async () => (await f.budgetNow(t.a, budget)).held === '0.00');
    expect(Number(await f.settled(t.a, budget))).toBeGreaterThan(0);
  });
});
