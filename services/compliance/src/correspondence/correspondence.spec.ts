import {
  acknowledgePrivacyRequest,
  askPrivacyQuestion,
  extendPrivacyRequest,
  getPrivacyRequest,
  getPrivacyRequestClock,
  listPrivacyRequestEntries,
  recordPrivacyAnswer,
  withdrawPrivacyRequest,
} from '@tenantry/contracts';
import { ComplianceFixture } from '../compliance.fixture.js';

describe('Correspondence', () => {
  const f = new ComplianceFixture();
  const { t, mail } = f;
  const question = { about: 'scope', text: 'Which of your two accounts?' };
  const extension = { reason: 'complexity', explanation: 'Your data is in eleven systems.' };

  beforeEach(() => {
    mail.mails.length = 0;
    mail.isDown = false;
  });

  it('acknowledges once, by a mail that names the day of the answer', async () => {
    const request = await f.open(t.a);
    const acknowledged = await f.on(t.a, request, acknowledgePrivacyRequest);
    expect(acknowledged.legalStatus).toBe('acknowledged');
    expect(mail.mails).toMatchObject([{ to: 'ada@example.com', text: expect.stringContaining(request.dueOn) }]);
    expect(mail.mails[0]?.text).toContain(request.id);
    await expect(f.on(t.a, request, acknowledgePrivacyRequest)).rejects.toBeFault('conflict');
    expect(await f.kinds(t.a, request)).toEqual(['received', 'acknowledged']);
  });

  it('records nothing when the mail server takes no mail', async () => {
    const request = await f.open(t.a);
    mail.isDown = true;
    for (const attempt of [
      () => f.on(t.a, request, acknowledgePrivacyRequest),
      () => f.on(t.a, request, askPrivacyQuestion, question),
      () => f.on(t.a, request, extendPrivacyRequest, extension),
    ]) {
      await expect(attempt()).rejects.toBeFault('unavailable');
    }
    expect(await t.a.call(getPrivacyRequest, { requestId: request.id })).toEqual(request);
    expect(await f.kinds(t.a, request)).toEqual(['received']);
  });

  it('stops the clock by a question that was sent, until its answer', async () => {
    const request = await f.open(t.a, { receivedAt: new Date(f.clock.now().getTime() - 5 * 86_400_000) });
    const asked = await f.on(t.a, request, askPrivacyQuestion, question);
    expect([asked.paused, mail.mails[0]?.text.includes(question.text)]).toEqual([true, true]);
    f.clock.advanceDays(10);
    const answered = await f.on(t.a, request, recordPrivacyAnswer, { text: 'The first.' });
    const { state, lines } = await f.on(t.a, request, getPrivacyRequestClock);
    expect([answered.paused, state]).toEqual([false, 'running']);
    expect(answered.dueOn > request.dueOn).toBe(true);
    expect(lines.map(({ text }) => text)).toContain('The answer came: the clock stood still for 10 days');
    await expect(f.on(t.a, request, recordPrivacyAnswer, { text: 'Again' })).rejects.toBeFault('conflict');
  });

  it('does not stop a clock whose law says that it runs on', async () => {
    const request = await f.open(t.a, { type: 'ccpa_know' });
    const asked = await f.on(t.a, request, askPrivacyQuestion, question);
    expect(asked).toMatchObject({ paused: false, dueOn: request.dueOn });
  });

  it('believes no answer from before its question, or from the future', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, askPrivacyQuestion, question);
    const now = f.clock.now().getTime();
    for (const ms of [-3_600_000, 3_600_000]) {
      const answer = { text: 'The first.', answeredAt: new Date(now + ms) };
      await expect(f.on(t.a, request, recordPrivacyAnswer, answer)).rejects.toBeFault('invalid-input', {
        field: 'answeredAt',
      });
    }
  });

  it('extends once, in the first period, with a notice that says why', async () => {
    const request = await f.open(t.a);
    const extended = await f.on(t.a, request, extendPrivacyRequest, extension);
    expect(extended.extended && extended.dueOn > request.dueOn).toBe(true);
    expect(mail.mails[0]?.text).toContain(extension.explanation);
    expect(mail.mails[0]?.text).toContain(extended.dueOn);
    await expect(f.on(t.a, request, extendPrivacyRequest, extension)).rejects.toBeFault('conflict');
  });

  it('extends nothing when the first period is over, or the law knows no extension', async () => {
    const late = await f.open(t.a, { receivedAt: new Date(f.clock.now().getTime() - 40 * 86_400_000) });
    const choice = await f.open(t.a, { type: 'ccpa_opt_out' });
    for (const request of [late, choice]) {
      await expect(f.on(t.a, request, extendPrivacyRequest, extension)).rejects.toBeFault('conflict');
    }
    expect(mail.mails).toEqual([]);
  });

  it('ends with the request', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, withdrawPrivacyRequest, { text: 'By phone' });
    await expect(f.on(t.a, request, acknowledgePrivacyRequest)).rejects.toBeFault('conflict');
    await expect(f.on(t.a, request, askPrivacyQuestion, question)).rejects.toBeFault('conflict');
    await expect(f.on(t.a, request, recordPrivacyAnswer, { text: 'x' })).rejects.toBeFault('conflict');
    await expect(f.on(t.a, request, extendPrivacyRequest, extension)).rejects.toBeFault('conflict');
  });

  it('is of one tenant alone, and in clear nowhere but there', async () => {
    const request = await f.open(t.a);
    await f.on(t.a, request, askPrivacyQuestion, { ...question, text: 'Is it about your pregnancy?' });
    await expect(f.on(t.b, request, acknowledgePrivacyRequest)).rejects.toBeFault('not-found');
    await expect(f.on(t.b, request, getPrivacyRequestClock)).rejects.toBeFault('not-found');
    await expect(f.on(t.b, request, listPrivacyRequestEntries)).rejects.toBeFault('not-found');
    await expect(f.on(t.b, request, askPrivacyQuestion, question)).rejects.toBeFault('not-found');
    const { data } = await f.on(t.a, request, listPrivacyRequestEntries);
    expect(data).toMatchObject([
      { seq: 1, kind: 'received', text: null },
      { seq: 2, kind: 'question_asked', facts: { about: 'scope' }, text: 'Is it about your pregnancy?' },
    ]);
    const kept = await t.database.admin('select * from compliance.privacy_request_entry where tenant_id = $1', [
      t.a.id,
    ]);
    expect(JSON.stringify([kept, await t.outbox()])).not.toContain('pregnancy');
  });

  it('fills in no template that somebody else wrote into a value', async () => {
    const request = await f.open(t.a, { subjectName: '{reference} {tenant}' });
    await f.on(t.a, request, acknowledgePrivacyRequest);
    expect(mail.mails[0]?.text).toContain('Hello {reference} {tenant},');
  });
});
