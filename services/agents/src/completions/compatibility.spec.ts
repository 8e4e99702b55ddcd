import { listCompletions } from '@tenantry/contracts';
import { CompletionsFixture } from './completions.fixture.js';

describe('Requests as clients of the dialect write them', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  beforeEach(async () => void (await Promise.all([f.budget(t.a), f.budget(t.b)])));

  const dumped = { refusal: null, annotations: [], audio: null, function_call: null, tool_calls: null };

  it.each<[string, object]>([
    [
      'the settings that frameworks always send',
      { frequency_penalty: 0, presence_penalty: 0, seed: 42, logprobs: false },
    ],
    ['hints to models that think', { reasoning_effort: 'minimal', verbosity: 'low', service_tier: 'auto' }],
    ['words about the caller and the cache', { safety_identifier: 'x', prompt_cache_key: 'y', user: 'z' }],
    ['what is not wanted as null', { metadata: null, modalities: null, stop: null, tool_choice: null, user: null }],
    [
      'an answer as it was read, with all its members',
      {
        messages: [
          { role: 'user', content: 'Hello' },
          { role: 'assistant', content: 'Hi', ...dumped },
          { role: 'user', content: 'And now?' },
        ],
      },
    ],
  ])('are taken with %s', async (_, more) => {
    expect((await f.ask(t.a, 'Hello', more)).choices).toHaveLength(1);
  });

  it.each<[object, string]>([
    [{ logprobs: true }, 'logprobs'],
    [{ seed: 1.5 }, 'seed'],
    [{ service_tier: 'flex' }, 'service_tier'],
    [{ modalities: ['audio'] }, 'modalities[0]'],
    [{ n: 2 }, 'n'],
    [{ prediction: {} }, 'prediction'],
    [{ messages: [{ role: 'assistant', content: 'a', audio: { id: 'x' } }] }, 'messages[0].audio'],
    [{ messages: [{ role: 'assistant', content: 'a', function_call: {} }] }, 'messages[0].function_call'],
  ])('are refused with %j, by its name, and nothing is held for them', async (more, field) => {
    await expect(f.send(t.a, 'Hello', more)).rejects.toBeFault('invalid-input', { field });
    expect((await t.a.call(listCompletions, {})).data).toEqual([]);
    expect((await f.ask(t.b, 'Hello')).choices).toHaveLength(1);
  });

  it('are told when it is the provider that does not know the model', async () => {
    await expect(f.ask(t.a, '[[error 404]]')).rejects.toMatchObject({
      reason: 'model-unavailable',
      detail: 'The provider does not know this model; whoever offers it must look at its name there',
    });
  });
});
