import { CompletionsFixture } from '../completions/completions.fixture.js';
import { HurriedClock } from '../guardrail-webhooks/webhook.fixture.js';

const OPEN_MS = 15_000;

describe('A provider that fails again and again', () => {
  const clock = new HurriedClock();
  const f = new CompletionsFixture({ clock });
  const { t } = f;
  beforeEach(async () => {
    await Promise.all([f.budget(t.a), f.budget(t.b)]);
    for (let time = 0; time < 3; time += 1)
      // each asks twice
      await expect(f.ask(t.a, '[[error 500]]')).rejects.toBeFault('model-unavailable');
  });
  afterEach(() => clock.hurry(OPEN_MS));

  it('is left alone by that tenant’s calls, which cost nothing, while those of others go on', async () => {
    const [before, cost] = [f.local.requestCount, await f.costOfCalls(t.a)];
    await expect(f.ask(t.a, 'Hello')).rejects.toMatchObject({
      reason: 'model-unavailable',
      detail: 'The provider of the model failed several times in a row, and is left alone for a moment',
      retryAfterS: OPEN_MS / 1_000,
    });
    await expect(f.stream(t.a, 'Hello')).rejects.toBeFault('model-unavailable');
    expect(f.local.requestCount).toBe(before);
    expect((await f.ask(t.b, 'Hello')).choices).toHaveLength(1);
    expect(f.local.requestCount).toBe(before + 1);
    expect(await f.costOfCalls(t.a)).toBe(cost);
  });

  it('is tried by one call after a while: when it answers all go on, when it fails it is left alone again', async () => {
    clock.hurry(OPEN_MS);
    await expect(f.ask(t.a, '[[error 500]]')).rejects.toBeFault('model-unavailable');
    const before = f.local.requestCount;
    await expect(f.ask(t.a, 'Hello')).rejects.toBeFault('model-unavailable');
    expect(f.local.requestCount).toBe(before);
    clock.hurry(OPEN_MS);
    for (let time = 0; time < 2; time += 1) expect((await f.ask(t.a, 'Hello')).choices).toHaveLength(1);
  });

  it('is not left alone for what it refuses: that says nothing about it', async () => {
    clock.hurry(OPEN_MS);
    await f.ask(t.a, 'Hello');
    for (let time = 0; time < 6; time += 1)
      await expect(f.ask(t.a, '[[error 400]]')).rejects.toBeFault('model-refused');
    expect((await f.ask(t.a, 'Hello')).choices).toHaveLength(1);
  });
});
