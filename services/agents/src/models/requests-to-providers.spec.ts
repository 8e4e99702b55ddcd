import { AnthropicProvider } from './anthropic-provider.js';
import type { ModelRequest } from './model-port.js';
import { OpenAiProvider } from './openai-provider.js';

const lookUp = { name: 'look_up', description: null, parameters: { type: 'object' }, isStrict: true };
const none = { frequencyPenalty: null, presencePenalty: null, seed: null, reasoningEffort: null, verbosity: null };
const request: ModelRequest = {
  ...{ model: 'm', messages: [{ role: 'user', text: 'Hello', toolCalls: [], toolCallId: null }], maxOutputTokens: 9 },
  ...{ tools: [lookUp], toolChoice: 'auto', isParallel: true, temperature: null, topP: null, stop: [] },
  ...{ format: { kind: 'text' }, hints: none },
};

/** What a provider is sent, word for word. */
async function sent(kind: 'openai' | 'anthropic', more: Partial<ModelRequest>): Promise<Record<string, unknown>> {
  let body = '{}';
  const fetch = (_: unknown, init?: RequestInit): Promise<Response> => {
    body = String(init?.body);
    return Promise.resolve(new Response('{}', { status: 400, headers: { 'content-type': 'application/json' } }));
  };
  const connection = { apiKey: 'k', baseUrl: 'http://provider.example/v1', fetch: fetch as typeof globalThis.fetch };
  const provider = kind === 'openai' ? new OpenAiProvider(connection) : new AnthropicProvider(connection);
  await provider.complete({ ...request, ...more }, new AbortController().signal).catch(() => undefined);
  return JSON.parse(body) as Record<string, unknown>;
}

describe('What providers are sent', () => {
  const hints = { frequencyPenalty: 0, presencePenalty: -1, seed: 7, reasoningEffort: 'low', verbosity: 'high' };

  it('has the hints of the request where the dialect knows them, and no others', async () => {
    expect(await sent('openai', { hints })).toMatchObject({
      ...{ frequency_penalty: 0, presence_penalty: -1, seed: 7, reasoning_effort: 'low', verbosity: 'high' },
    });
    const said = Object.keys(await sent('openai', {}));
    expect(said.toSorted()).toEqual(['max_completion_tokens', 'messages', 'model', 'tool_choice', 'tools']);
    expect(Object.keys(await sent('anthropic', { hints })).toSorted()).toEqual([
      ...['max_tokens', 'messages', 'model', 'tool_choice', 'tools'],
    ]);
  });

  it('says when only one tool may be called at a time', async () => {
    expect(await sent('openai', { isParallel: false })).toMatchObject({ parallel_tool_calls: false });
    expect(await sent('anthropic', { isParallel: false })).toMatchObject({
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    });
    const never = { isParallel: false, toolChoice: 'none' } as const;
    expect((await sent('anthropic', never)).tool_choice).toEqual({ type: 'none' });
  });

  it('holds a model to schemas as the request does', async () => {
    const format = { kind: 'schema', name: 'order', schema: { type: 'object' }, isStrict: true } as const;
    expect(await sent('openai', { format })).toMatchObject({
      tools: [{ function: { name: 'look_up', strict: true } }],
      response_format: { type: 'json_schema', json_schema: { name: 'order', strict: true } },
    });
    const loose = await sent('openai', { tools: [{ ...lookUp, isStrict: false }] });
    expect(JSON.stringify(loose)).not.toContain('strict');
  });
});
