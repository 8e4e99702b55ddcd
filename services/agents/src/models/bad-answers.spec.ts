import { AnthropicProvider } from './anthropic-provider.js';
import { ModelFault } from './model-fault.js';
import type { ModelAnswer, ModelPiece, ModelProvider, ModelRequest } from './model-port.js';
import { OpenAiProvider } from './openai-provider.js';

const request: ModelRequest = {
  ...{ model: 'm', messages: [{ role: 'user', text: 'Hello', toolCalls: [], toolCallId: null }], maxOutputTokens: 9 },
  ...{ tools: [], toolChoice: 'auto', isParallel: true, temperature: null, topP: null, stop: [] },
  ...{
    format: { kind: 'text' },
    hints: { frequencyPenalty: null, presencePenalty: null, seed: null, reasoningEffort: null, verbosity: null },
  },
};
const never = new AbortController().signal;
const JSON_TYPE = 'application/json';
const EVENTS = 'text/event-stream';

type Answer = readonly [body: string, type: string];

function providerOf(kind: 'openai' | 'anthropic', [body, type]: Answer): ModelProvider {
  const fetch = (() =>
    Promise.resolve(new Response(body, { headers: { 'content-type': type } }))) as typeof globalThis.fetch;
  const connection = { apiKey: 'k', baseUrl: 'http://provider.example/v1', fetch };
  return kind === 'openai' ? new OpenAiProvider(connection) : new AnthropicProvider(connection);
}

async function piecesOf(provider: ModelProvider): Promise<ModelPiece[]> {
  return Array.fromAsync(await provider.stream(request, never));
}

/** What came of it: an answer or the kind of fault. Anything else that is thrown is a mistake of ours. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'answered';
  } catch (error) {
    if (error instanceof ModelFault) return error.kind;
    throw error;
  }
}

const json = (value: unknown): Answer => [JSON.stringify(value), JSON_TYPE];
const events = (...data: string[]): Answer => [data.map((one) => `data: ${one}\n\n`).join(''), EVENTS];
const choice = (message: unknown): Answer => json({ choices: [{ message, finish_reason: 'stop' }] });

/** What no server should answer, and some do. */
const WHOLE: Record<string, Answer> = {
  'a page instead of JSON': ['<html>Bad gateway</html>', 'text/html'],
  'half of its JSON': ['{"choices": [{"message": {"con', JSON_TYPE],
  nothing: ['', JSON_TYPE],
  'JSON of another type': ['[]', JSON_TYPE],
  null: ['null', JSON_TYPE],
  'no choice': json({ choices: [], content: null }),
  'a choice without a message': json({ choices: [{ finish_reason: 'stop' }], content: [null] }),
  'a message that is text': choice('Hello'),
  'text that is a number': choice({ content: 7 }),
  'calls that are no list': choice({ content: null, tool_calls: {} }),
  'a call of nothing': choice({ content: null, tool_calls: [null] }),
  'a call without a function': choice({ content: null, tool_calls: [{ id: 'a', type: 'function' }] }),
  'a call whose arguments are no text': choice({
    ...{ content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'b', arguments: {} } }] },
  }),
  'blocks that are no list': json({ content: 'Hello' }),
  'a block of text without text': json({ content: [{ type: 'text' }] }),
  'a use of a tool without a name': json({ content: [{ type: 'tool_use', id: 'a' }] }),
};

const STREAMED: Record<string, Answer> = {
  'a page instead of events': ['<html>Bad gateway</html>', 'text/html'],
  nothing: ['', EVENTS],
  'an event that is no JSON': events('{"choices": [{"del'),
  'an event that is null': events('null'),
  'an event that is a list': events('[]'),
  'a choice without a delta': events('{"choices":[{"index":0}]}'),
  'text that is a number': events('{"choices":[{"index":0,"delta":{"content":7}}]}'),
  'calls that are no list': events('{"choices":[{"index":0,"delta":{"tool_calls":7}}]}'),
  'a call of nothing': events('{"choices":[{"index":0,"delta":{"tool_calls":[null]}}]}'),
  'an error in the middle': events('{"error":{"message":"overloaded","type":"server_error"}}'),
  'events of blocks without any': [
    'event: content_block_start\ndata: {"type":"content_block_start","index":0}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0}\n\n',
    EVENTS,
  ],
  'a beginning without a message': ['event: message_start\ndata: {"type":"message_start"}\n\n', EVENTS],
  'an end without a reason': ['event: message_delta\ndata: {"type":"message_delta"}\n\n', EVENTS],
};

describe.each(['openai', 'anthropic'] as const)('A provider in the dialect of %s that answers', (kind) => {
  it.each(Object.entries(WHOLE))('%s is told by a fault of the model, and never by one of ours', async (_, answer) => {
    expect(['malformed', 'cut']).toContain(await outcome(providerOf(kind, answer).complete(request, never)));
  });

  it.each(Object.entries(STREAMED))(
    '%s in a stream is told by a fault of the model, and never by one of ours',
    async (_, answer) => {
      expect(['malformed', 'cut']).toContain(await outcome(piecesOf(providerOf(kind, answer))));
    },
  );

  it.each([-1, 1.5, 1e300, '7', null, {}])('that it used %j tokens is not believed', async (tokens) => {
    const usage = { prompt_tokens: tokens, completion_tokens: 1, input_tokens: tokens, output_tokens: 1 };
    const blocks = { content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' };
    const choices = [{ message: { content: 'Hi' }, finish_reason: 'stop' }];
    const answer = await providerOf(kind, json({ ...blocks, choices, usage })).complete(request, never);
    expect(answer satisfies ModelAnswer).toMatchObject({ text: 'Hi', usage: null });
  });
});
