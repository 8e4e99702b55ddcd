import {
  deleteGuardrailAlert,
  GuardrailDecided,
  listGuardrailAlerts,
  putGuardrailAlert,
  replaceGuardrails,
  type PutGuardrailAlertRequest,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { CompletionsFixture } from '../completions/completions.fixture.js';
import { HurriedClock } from '../guardrail-webhooks/webhook.fixture.js';

const MINUTE_MS = 60_000;

describe('Who is mailed what guardrails decide', () => {
  const clock = new HurriedClock();
  const f = new CompletionsFixture({ clock });
  const { t, mailer } = f;
  beforeEach(() => {
    clock.reset();
    Object.assign(mailer, { isDown: false });
    mailer.sent.length = 0;
    t.bus.announce(t.a.id, { name: 'Ada Ltd' });
    t.bus.announce(t.b.id, { name: 'Bob Ltd' });
  });

  /** A request that is made now, by the clock of the suite. */
  const now = (): Partial<TenantContext> => {
    const { request } = testContext(t.a.id);
    return { request: { ...request, deadlineAtMs: clock.now().getTime() + 10_000 } };
  };
  const put = (tenant: TestTenant, more: Partial<PutGuardrailAlertRequest> = {}) =>
    tenant.call(putGuardrailAlert, { name: 'security', email: 'Sec@Ada.example', guardrails: [], ...more }, now());
  const decide = async (tenant: TestTenant, more: Partial<GuardrailDecided> = {}, times = 1): Promise<void> => {
    const facts = { guardrail: 'secrets', stage: 'input', verdict: 'blocked', enforced: true, ...more };
    for (let time = 0; time < times; time += 1) {
      const event = new GuardrailDecided({ decisionId: newId(), ...facts });
      await t.bus.deliver({ event, tenantId: tenant.id });
    }
  };
  const run = () => t.bus.runSchedule('agents.guardrail-alerts');

  it('is whom the tenant names, with the counts of its own guardrails alone', async () => {
    await put(t.a);
    await put(t.b, { email: 'sec@bob.example' });
    await decide(t.a, {}, 3);
    await decide(t.a, { guardrail: 'cards', verdict: 'redacted' });
    await run();
    expect(mailer.sent).toEqual([
      {
        to: 'sec@ada.example',
        tenantId: t.a.id,
        subject: 'Ada Ltd: 3 refused, 1 redacted',
        text: expect.stringMatching(/- secrets: 3 refused\n- cards: 1 redacted\n/) as string,
      },
    ]);
    const told = (await t.outbox()).filter(({ type }) => type === 'GuardrailAlertMailed');
    expect(told).toMatchObject([{ tenantId: t.a.id, name: 'security', blocked: '3', redacted: '1', shadowed: '0' }]);
  });

  it('gets one mail in the time that was set, and then what came meanwhile', async () => {
    await put(t.a, { everyMinutes: 30 });
    await decide(t.a);
    await run();
    await decide(t.a, {}, 5);
    await run();
    clock.hurry(29 * MINUTE_MS);
    await put(t.a, { everyMinutes: 15 });
    await run();
    expect(mailer.sent).toHaveLength(1);
    clock.hurry(MINUTE_MS);
    await run();
    expect(mailer.sent.map(({ subject }) => subject)).toEqual(['Ada Ltd: 1 refused', 'Ada Ltd: 5 refused']);
    clock.hurry(60 * MINUTE_MS);
    await run();
    expect(mailer.sent).toHaveLength(2);
  });

  it('is told of the named guardrails alone, and of shadow mode only when that is wanted', async () => {
    await put(t.a, { name: 'cards', email: 'cards@ada.example', guardrails: ['cards'], withShadow: true });
    await put(t.a, { name: 'all', email: 'all@ada.example' });
    await decide(t.a, { guardrail: 'injection', enforced: false }, 2);
    await decide(t.a, { guardrail: 'cards', enforced: false });
    await run();
    expect(mailer.sent.map(({ to, subject }) => [to, subject])).toEqual([
      ['cards@ada.example', 'Ada Ltd: 1 only noted'],
    ]);
  });

  it('is told of what a completion was refused for, and of nothing that was said', async () => {
    await f.budget(t.a);
    const terms = { kind: 'terms', mode: 'enforce', action: 'block', terms: ['rosebud'] };
    const none = { stages: [], detect: [], scripts: [], topics: [], tools: [] };
    await t.a.call(replaceGuardrails, { guardrails: [{ name: 'words', ...terms, ...none }] });
    clock.hurry();
    await put(t.a);
    await expect(f.ask(t.a, 'Say Rosebud')).rejects.toBeFault('guardrail-blocked');
    const decided = (await t.outbox()).filter(({ type }) => type === 'GuardrailDecided');
    expect(decided).toMatchObject([{ tenantId: t.a.id, guardrail: 'words', verdict: 'blocked', enforced: true }]);
    await decide(t.a, { guardrail: 'words' });
    await run();
    expect(mailer.sent).toMatchObject([{ subject: 'Ada Ltd: 1 refused' }]);
    expect(mailer.sent[0]!.text).not.toMatch(/rosebud/i);
  });

  it('is told later what the mail server does not take, while others are told', async () => {
    await put(t.a);
    await decide(t.a);
    mailer.isDown = true;
    await run();
    mailer.isDown = false;
    await put(t.b, { email: 'sec@bob.example' });
    await decide(t.b);
    await run();
    expect(mailer.sent.map(({ to }) => to)).toEqual(['sec@bob.example']);
    await decide(t.a);
    clock.hurry(5 * MINUTE_MS);
    await run();
    expect(mailer.sent.at(-1)).toMatchObject({ to: 'sec@ada.example', subject: 'Ada Ltd: 2 refused' });
  });

  it('is the tenant’s own to see and to end, twenty alerts at most, and the address is in no event', async () => {
    const alert = await put(t.a, { guardrails: ['cards'] });
    expect(alert).toMatchObject({ email: 'sec@ada.example', withShadow: false, everyMinutes: 60 });
    expect((await t.a.call(listGuardrailAlerts, {})).data).toEqual([alert]);
    expect((await t.b.call(listGuardrailAlerts, {})).data).toEqual([]);
    await expect(t.b.call(deleteGuardrailAlert, { name: 'security' })).rejects.toBeFault('not-found');
    await decide(t.a, { guardrail: 'cards' });
    await t.a.call(deleteGuardrailAlert, { name: 'security' });
    await run();
    expect(mailer.sent).toEqual([]);
    for (let one = 0; one < 20; one += 1) await put(t.a, { name: `alert-${one}` });
    await expect(put(t.a, { name: 'one-more' })).rejects.toBeFault('conflict');
    await put(t.a, { name: 'alert-0', everyMinutes: 15 });
    expect(JSON.stringify(await t.outbox())).not.toContain('ada.example');
  });

  it.each([
    [{ email: 'nobody' }, 'email'],
    [{ everyMinutes: 1 }, 'everyMinutes'],
    [{ name: 'No Name' }, 'name'],
    [{ guardrails: ['a', 'a'] }, 'guardrails'],
  ])('is refused for %j', async (wish, field) => {
    await expect(put(t.a, wish)).rejects.toBeFault('invalid-input', { field });
  });
});
