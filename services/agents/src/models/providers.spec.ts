import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LLMock } from '@copilotkit/aimock';
import { startModelLocal, type ModelLocal } from '@tenantry/model-local';
import { AnthropicProvider } from './anthropic-provider.js';
import { ModelFault } from './model-fault.js';
import type { ModelPiece, ModelProvider, ModelRequest } from './model-port.js';
import { OpenAiProvider } from './openai-provider.js';

const weather = {
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  isStrict: false,
};

function ask(text: string, more: Partial<ModelRequest> = {}): ModelRequest {
  const message = { role: 'user' as const, text, toolCalls: [], toolCallId: null };
  return {
    ...{ model: 'some-model', messages: [message], tools: [], toolChoice: 'auto', maxOutputTokens: 100 },
    isParallel: true,
    ...{ temperature: null, topP: null, stop: [], format: { kind: 'text' } },
    hints: { frequencyPenalty: null, presencePenalty: null, seed: null, reasoningEffort: null, verbosity: null },
    ...more,
  };
}

async function collect(pieces: AsyncIterable<ModelPiece>): Promise<ModelPiece[]> {
  const collected: ModelPiece[] = [];
  for await (const piece of pieces) collected.push(piece);
  return collected;
}

const textOf = (pieces: readonly ModelPiece[]): string =>
  pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
const never = new AbortController().signal;

/** The adapters, each before somebody else's idea of its wire. */
describe.each(['openai', 'anthropic'] as const)('A provider that speaks the dialect of %s', (kind) => {
  let mock: LLMock;
  let provider: ModelProvider;
  beforeAll(async () => {
    mock = new LLMock({ port: 0, logLevel: 'silent' });
    mock.onMessage('hello', { content: 'Hi there, how are you?' });
    mock.onMessage('weather', { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Oslo"}' }] });
    mock.onMessage('busy', { error: { message: 'slow down', type: 'rate_limit_error' }, status: 429 });
    mock.onMessage('broken', { error: { message: 'oops', type: 'api_error' }, status: 500 });
    mock.onMessage('forbidden', { error: { message: 'no', type: 'authentication_error' }, status: 401 });
    mock.onMessage('wrong', { error: { message: 'no', type: 'invalid_request_error' }, status: 400 });
    await mock.start();
    const connection = { apiKey: 'k', fetch: globalThis.fetch };
    provider =
      kind === 'openai'
        ? new OpenAiProvider({ ...connection, baseUrl: `${mock.url}/v1` })
        : new AnthropicProvider({ ...connection, baseUrl: mock.url });
  });
  afterAll(() => mock.stop());

  it('gives a whole answer', async () => {
    expect(await provider.complete(ask('hello'), never)).toMatchObject({
      ...{ text: 'Hi there, how are you?', toolCalls: [], finishReason: 'stop' },
    });
  });

  it('gives an answer piece by piece, and why it ended', async () => {
    const pieces = await collect(await provider.stream(ask('hello'), never));
    expect(textOf(pieces)).toBe('Hi there, how are you?');
    expect(pieces).toContainEqual({ kind: 'finish', reason: 'stop' });
  });

  it('gives the model’s wish to call a tool, whole and piece by piece', async () => {
    const request = ask('weather', { tools: [weather] });
    const answer = await provider.complete(request, never);
    expect(answer).toMatchObject({ finishReason: 'tool_calls', toolCalls: [{ name: 'get_weather' }] });
    expect(JSON.parse(answer.toolCalls[0]!.arguments)).toEqual({ city: 'Oslo' });
    const parts = (await collect(await provider.stream(request, never))).filter((one) => one.kind === 'tool-call');
    expect(parts.map(({ name }) => name ?? '').join('')).toBe('get_weather');
    expect(JSON.parse(parts.map((part) => part.arguments).join(''))).toEqual({ city: 'Oslo' });
  });

  it.each([
    ['busy', 'overloaded'],
    ['broken', 'failed'],
    ['forbidden', 'credentials'],
    ['wrong', 'refused'],
  ])('says that it is %s in our words', async (text, fault) => {
    await expect(provider.complete(ask(text), never)).rejects.toMatchObject({ name: 'ModelFault', kind: fault });
    await expect(provider.stream(ask(text), never)).rejects.toMatchObject({ name: 'ModelFault', kind: fault });
  });

  it('ends with its caller', async () => {
    const gone = AbortSignal.abort();
    await expect(provider.complete(ask('hello'), gone)).rejects.toMatchObject({ kind: 'cancelled' });
    await expect(provider.stream(ask('hello'), gone)).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('that nobody answers for is unreachable', async () => {
    const gone = await startModelLocal();
    await gone.close();
    const connection = { apiKey: 'k', fetch: globalThis.fetch, baseUrl: gone.baseUrl };
    const lost = kind === 'openai' ? new OpenAiProvider(connection) : new AnthropicProvider(connection);
    await expect(lost.complete(ask('hello'), never)).rejects.toMatchObject({ kind: 'unreachable' });
  });
});

describe('The OpenAI dialect', () => {
  let local: ModelLocal;
  let provider: OpenAiProvider;
  beforeAll(async () => {
    local = await startModelLocal();
    provider = new OpenAiProvider({ apiKey: 'k', fetch: globalThis.fetch, baseUrl: local.baseUrl });
  });
  afterAll(() => local.close());

  it('says what was used, also of a stream; nothing when the provider does not', async () => {
    const { usage } = await provider.complete(ask('[[say eight tokens in thirty-two chars]]'), never);
    expect(usage).toMatchObject({ cachedInputTokens: 0, outputTokens: 8 });
    const pieces = await collect(await provider.stream(ask('[[say eight tokens in thirty-two chars]]'), never));
    expect(pieces.at(-1)).toEqual({ kind: 'usage', usage });
    expect((await provider.complete(ask('[[no-usage]] hi'), never)).usage).toBeNull();
  });

  it('keeps to the limit of output', async () => {
    const answer = await provider.complete(ask('[[tokens 50]]', { maxOutputTokens: 5 }), never);
    expect(answer).toMatchObject({ finishReason: 'length', usage: { outputTokens: 5 } });
  });

  it('takes back what a tool answered', async () => {
    const call = { id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' };
    const messages = [
      ...ask('weather in "Oslo"').messages,
      { role: 'assistant' as const, text: '', toolCalls: [call], toolCallId: null },
      { role: 'tool' as const, text: 'rain', toolCalls: [], toolCallId: 'call_1' },
    ];
    expect(await provider.complete(ask('', { messages, tools: [weather] }), never)).toMatchObject({
      text: 'The tools answered: rain',
    });
  });

  it('knows an answer that makes no sense, and one that breaks off', async () => {
    await expect(provider.complete(ask('[[malformed]]'), never)).rejects.toMatchObject({ kind: 'malformed' });
    const cut = await provider.stream(ask('[[cut 2]] [[tokens 9]]'), never);
    await expect(collect(cut)).rejects.toMatchObject({ kind: 'cut' });
  });

  it('says when the provider wants to be asked again', async () => {
    await expect(provider.complete(ask('[[error 429]] [[retry-after 7]]'), never)).rejects.toMatchObject({
      retryAfterS: 7,
    });
  });

  it('stops an endless stream as soon as nobody reads it', async () => {
    const stop = new AbortController();
    const pieces = await provider.stream(ask('[[endless]]'), stop.signal);
    let count = 0;
    const read = async (): Promise<void> => {
      for await (const piece of pieces) if (piece.kind === 'text' && ++count === 10) stop.abort();
    };
    await expect(read()).rejects.toMatchObject({ kind: 'cancelled' });
    expect(count).toBeLessThan(1_000);
  });
});

describe('Anthropic’s dialect', () => {
  let server: Server;
  let body: Record<string, unknown>;
  let answer: object;
  let provider: AnthropicProvider;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    provider = new AnthropicProvider({ apiKey: 'k', fetch: globalThis.fetch, baseUrl });
  });
  beforeEach(() => {
    const usage = { input_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 7 };
    answer = {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'ok' }],
      stop_reason: 'end_turn',
      usage,
    };
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('counts cached input as input', async () => {
    const { usage } = await provider.complete(ask('hello'), never);
    expect(usage).toEqual({ inputTokens: 125, cachedInputTokens: 100, outputTokens: 7 });
  });

  it('has instructions apart, takes turns, and hands over what tools answered as a user’s turn', async () => {
    const message = { toolCalls: [], toolCallId: null };
    const calls = [{ id: 't1', name: 'get_weather', arguments: '{"city":"Oslo"}' }];
    const messages = [
      { ...message, role: 'system' as const, text: 'Be brief.' },
      ...ask('weather?').messages,
      { ...message, role: 'assistant' as const, text: '', toolCalls: calls },
      { ...message, role: 'tool' as const, text: 'rain', toolCallId: 't1' },
      { ...message, role: 'user' as const, text: 'and?' },
    ];
    await provider.complete(ask('', { messages, tools: [weather], toolChoice: 'required' }), never);
    expect(body).toMatchObject({
      ...{ system: 'Be brief.', max_tokens: 100, tool_choice: { type: 'any' } },
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'weather?' }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', input: { city: 'Oslo' } }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: 'rain' },
            { type: 'text', text: 'and?' },
          ],
        },
      ],
    });
  });

  it('knows an answer that makes no sense', async () => {
    answer = { type: 'message' };
    await expect(provider.complete(ask('hello'), never)).rejects.toBeInstanceOf(ModelFault);
  });
});
