import { listGuardrailDecisions, publishPriceBook, putModelProvider, replaceGuardrails } from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { AgreementsEntry } from '@tenantry/messaging';
import { testContext, type TestTenant } from '@tenantry/testing';
import { CompletionsFixture, eventsOf, textOf } from '../completions/completions.fixture.js';

const QUESTION = 'What about the patient with SSN 536-90-4399?';

describe('Health information that is asked about', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const staff = testContext(PLATFORM_TENANT_ID, { actor: { kind: 'user', id: newId(), role: 'super_admin' } });

  /** Two models of one stand-in, by two providers of which only agreements know the difference. */
  beforeAll(async () => {
    const price = {
      contextTokens: 100_000,
      maxOutputTokens: 100,
      input: '0.15',
      output: '0.60',
      upstreamModel: 'local-rules',
    };
    const models = [
      { ...price, model: 'first', provider: 'acme', fallbacks: ['second'] },
      { ...price, model: 'second', provider: 'other', fallbacks: [] },
    ];
    for (const name of ['acme', 'other']) {
      const provider = { name, kind: 'openai', baseUrl: f.local.baseUrl, apiKey: 'k' };
      await t.bus.call(putModelProvider, provider, staff);
    }
    await t.bus.call(publishPriceBook, { models }, staff);
  });
  beforeEach(() => Promise.all([f.budget(t.a), f.budget(t.b)]));

  const cover = ({ id }: TestTenant, names: readonly string[], more: object = {}): void => {
    const one = { party: 'subcontractor', covers: names, effectiveAt: '2020-01-01T00:00:00Z', endsAt: null } as const;
    t.bus.agree(id, [{ ...one, ...more } as AgreementsEntry['agreements'][number]]);
  };
  const ask = (tenant: TestTenant, question = QUESTION, more: object = {}) =>
    f.ask(tenant, question, { model: 'first', ...more });
  const sent = async () => (await t.outbox()).filter(({ type }) => type === 'HealthDataSent');
  const decided = async (tenant: TestTenant) => (await tenant.call(listGuardrailDecisions, {})).data;

  it('goes to no provider without an agreement, and the refusal is in the tenant’s log without the text', async () => {
    const before = f.local.requestCount;
    cover(t.b, ['acme']);
    await expect(ask(t.a)).rejects.toBeFault('agreement-missing', { field: 'messages' });
    await expect(f.stream(t.a, QUESTION, { model: 'first' })).rejects.toBeFault('agreement-missing');
    cover(t.a, ['acme'], { endsAt: '2021-01-01T00:00:00Z' });
    await expect(ask(t.a)).rejects.toBeFault('agreement-missing');
    expect(f.local.requestCount).toBe(before);
    expect(await decided(t.a)).toHaveLength(3);
    expect((await decided(t.a))[0]).toMatchObject({
      guardrail: 'agreement',
      verdict: 'blocked',
      enforced: true,
      count: 1,
    });
    expect(await decided(t.b)).toEqual([]);
    expect(JSON.stringify([await decided(t.a), await t.outbox()])).not.toContain('536-90-4399');
    expect(await sent()).toEqual([]);
  });

  it.each([
    [
      'an earlier message',
      [
        { role: 'system', content: QUESTION },
        { role: 'user', content: 'And?' },
      ],
    ],
    [
      'what an assistant said',
      [
        { role: 'assistant', content: 'diagnosis E11.9' },
        { role: 'user', content: 'And?' },
      ],
    ],
  ])('is recognised in %s, too', async (_, messages) => {
    await expect(ask(t.a, '', { messages })).rejects.toBeFault('agreement-missing');
  });

  it('goes to a provider that is covered, which the ledger is told before, with whose it is and what for', async () => {
    cover(t.a, ['acme']);
    const metadata = { disclosure_purpose: 'research', subject_table: 'patients', subject_key: '7' };
    const { id } = await ask(t.a, QUESTION, { metadata });
    expect(await sent()).toEqual([
      expect.objectContaining({
        ...{ tenantId: t.a.id, completionId: id, provider: 'acme', model: 'first', kinds: ['national-id'] },
        ...{ purpose: 'research', subjectTable: 'patients', subjectKey: '7' },
      }),
    ]);
    const { data } = await eventsOf(await f.stream(t.a, QUESTION, { model: 'first' }));
    expect(textOf(data)).toContain('You said');
    expect(await sent()).toMatchObject([{ purpose: 'research' }, { purpose: 'operations', subjectKey: null }]);
  });

  it('goes only to those stand-ins of a model that are covered', async () => {
    cover(t.a, ['other']);
    await ask(t.a);
    expect(await sent()).toMatchObject([{ provider: 'other', model: 'second' }]);
  });

  it('is no matter where a guardrail has taken it out, nor in a question without any', async () => {
    const guardrail = {
      name: 'ids',
      kind: 'personal-data',
      mode: 'enforce',
      action: 'redact',
      detect: ['national-id'],
    };
    await t.a.call(replaceGuardrails, {
      guardrails: [{ ...guardrail, stages: [], terms: [], scripts: [], topics: [], tools: [] }],
    });
    expect((await ask(t.a)).choices[0]!.message.content).toContain('[national-id]');
    await ask(t.b, 'What is the weather?');
    expect(await sent()).toEqual([]);
  });

  it('may be asked of what the installation runs itself, which is no disclosure', async () => {
    await f.ask(t.a, QUESTION);
    expect(await sent()).toEqual([]);
  });

  it.each([
    [{ disclosure_purpose: 'fun' }, 'metadata.disclosure_purpose'],
    [{ subject_key: '7' }, 'metadata.subject_key'],
    [{ subject_table: 'a b', subject_key: '7' }, 'metadata.subject_table'],
  ])('is refused with %j', async (metadata, field) => {
    await expect(ask(t.a, QUESTION, { metadata })).rejects.toBeFault('invalid-input', { field });
  });
});
