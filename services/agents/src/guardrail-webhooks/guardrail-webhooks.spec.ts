import { createHmac } from 'node:crypto';
import {
  deleteGuardrailWebhook,
  listGuardrailDecisions,
  listGuardrailWebhooks,
  putGuardrailWebhook,
  type PutGuardrailWebhookRequest,
} from '@tenantry/contracts';
import type { TestTenant } from '@tenantry/testing';
import { CompletionsFixture, eventsOf, textOf } from '../completions/completions.fixture.js';
import { WebhookFixture } from './webhook.fixture.js';

describe('Endpoints of a team’s own', () => {
  const endpoint = new WebhookFixture();
  const { asked } = endpoint;
  const f = new CompletionsFixture({ clock: endpoint.clock });
  const { t } = f;
  const put = (tenant: TestTenant, more: Partial<PutGuardrailWebhookRequest> = {}) => endpoint.put(tenant, more);
  beforeEach(() => Promise.all([f.budget(t.a), f.budget(t.b)]));

  const decided = async (tenant: TestTenant) => (await tenant.call(listGuardrailDecisions, {})).data;

  it('are asked about what goes to the model and what comes from it, signed, and only for their own tenant', async () => {
    const { secret } = await put(t.a);
    await f.ask(t.b, 'Hello');
    expect(asked).toEqual([]);
    const said = await f.ask(t.a, 'Hello');
    expect(asked.map(({ stage, tenantId, texts }) => [stage, tenantId, texts])).toEqual([
      ['input', t.a.id, [{ stage: 'input', text: 'Hello' }]],
      ['output', t.a.id, [{ stage: 'output', text: said.choices[0]!.message.content }]],
    ]);
    const { headers, body } = asked[0]!;
    const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const key = Buffer.from(secret!.replace('whsec_', ''), 'base64');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(content).digest('base64')}`);
  });

  it('refuse a question before the model has it, and what they cost is paid', async () => {
    await put(t.a, { cost: '0.01' });
    endpoint.answer = () => ({ body: { verdict: 'block', explanation: 'not\nours' } });
    const [budget, before] = [await f.budget(t.a, '5.00', { name: 'Other' }), f.local.requestCount];
    await expect(f.ask(t.a, 'Hello')).rejects.toBeFault('guardrail-blocked');
    expect(f.local.requestCount).toBe(before);
    expect(Number(await f.settled(t.a, budget))).toBe(0.01);
    expect(await decided(t.a)).toMatchObject([
      { guardrail: 'ours', kind: 'webhook', stage: 'input', verdict: 'blocked', explanation: 'not ours' },
    ]);
  });

  it('replace texts on both ways, and each call of them counts', async () => {
    await put(t.a, { cost: '0.01' });
    endpoint.answer = ({ texts }) => ({
      body: { verdict: 'redact', texts: texts.map(({ text }) => text.replaceAll('Rosebud', '[x]')) },
    });
    const budget = await f.budget(t.a, '5.00', { name: 'Other' });
    const said = await f.ask(t.a, 'Say Rosebud');
    expect(said.choices[0]!.message.content).not.toContain('Rosebud');
    const spent = Number(await f.settled(t.a, budget));
    expect(spent).toBeGreaterThan(0.02);
    expect(spent).toBeLessThan(0.021);
    expect(spent).toBe(Number(said.tenantry.cost));
  });

  it('judge a stream in windows, none of which goes on before', async () => {
    await put(t.a, { stages: ['output'] });
    endpoint.answer = ({ texts }) => ({
      body: { verdict: 'redact', texts: texts.map(({ text }) => text.toUpperCase()) },
    });
    const { data, isDone } = await eventsOf(await f.stream(t.a, 'Say hello'));
    expect(isDone).toBe(true);
    expect(textOf(data)).toBe(textOf(data).toUpperCase());
    endpoint.answer = () => ({ body: { verdict: 'block' } });
    const refused = await eventsOf(await f.stream(t.a, 'Say hello'));
    expect([refused.isDone, textOf(refused.data)]).toEqual([false, '']);
    expect(refused.data.at(-1)).toMatchObject({ error: { code: 'guardrail-blocked' } });
  });

  it.each([
    ['another status', { status: 500, body: { verdict: 'pass' } }],
    ['a redirect', { status: 302, body: '' }],
    ['what is not JSON', { body: 'pass' }],
    ['an unknown verdict', { body: { verdict: 'maybe' } }],
    ['too few texts', { body: { verdict: 'redact', texts: [] } }],
    ['silence', 'silence' as const],
  ])('that answer with %s let nothing past, unless they are set to', async (_what, said) => {
    endpoint.answer = () => said;
    await put(t.a, { timeoutMs: 100 });
    await expect(f.ask(t.a, 'Hello')).rejects.toBeFault('guardrail-blocked');
    await put(t.a, { timeoutMs: 100, onFailure: 'pass' });
    expect((await f.ask(t.a, 'Hello')).choices).toHaveLength(1);
    expect((await decided(t.a)).map(({ enforced }) => enforced)).toEqual([false, false, true]);
  });

  it('only note what they would do in shadow mode', async () => {
    await put(t.a, { mode: 'shadow' });
    endpoint.answer = ({ texts }) => ({ body: { verdict: 'redact', texts: texts.map(() => '') } });
    expect((await f.ask(t.a, 'Say hello')).choices[0]!.message.content).toContain('hello');
    expect((await decided(t.a)).map(({ enforced, verdict }) => [enforced, verdict])).toEqual([
      [false, 'redacted'],
      [false, 'redacted'],
    ]);
  });

  it('keep their secret for the same origin alone, and show it once', async () => {
    const [first, same] = [await put(t.a), await put(t.a, { mode: 'shadow' })];
    expect([first.secret?.startsWith('whsec_'), same.secret]).toEqual([true, null]);
    const other = await put(t.a, { url: 'https://guard.example.com/x' });
    expect(other.secret).not.toBe(first.secret);
    expect((await t.a.call(listGuardrailWebhooks, {})).data).toMatchObject([{ name: 'ours', secret: null }]);
    expect(await t.b.call(listGuardrailWebhooks, {})).toMatchObject({ data: [] });
    expect(JSON.stringify(await t.outbox())).not.toContain(other.secret!);
    await expect(t.b.call(deleteGuardrailWebhook, { name: 'ours' })).rejects.toBeFault('not-found');
    await t.a.call(deleteGuardrailWebhook, { name: 'ours' });
    expect((await t.a.call(listGuardrailWebhooks, {})).data).toEqual([]);
  });

  it.each([
    [{ url: 'http://guard.example.com/' }, 'url'],
    [{ url: 'https://user:secret@guard.example.com/' }, 'url'],
    [{ cost: '-1' }, 'cost'],
    [{ cost: '2' }, 'cost'],
  ])('are refused for %j', async (wish, field) => {
    await expect(put(t.a, wish)).rejects.toBeFault('invalid-input', { field });
  });

  it('are five of a tenant at most', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await t.a.call(putGuardrailWebhook, { name, url: endpoint.url, mode: 'shadow', stages: [] });
    await expect(put(t.a, { name: 'f' })).rejects.toBeFault('conflict');
  });

  it('at an address that nothing may reach let nothing past', async () => {
    await put(t.a, { url: 'https://169.254.169.254/latest' });
    await expect(f.ask(t.a, 'Hello')).rejects.toBeFault('guardrail-blocked');
  });
});
