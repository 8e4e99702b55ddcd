import { getPrivacyRequest, openPrivacyRequest } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { ComplianceFixture } from '../compliance.fixture.js';

describe('OpenPrivacyRequest', () => {
  const f = new ComplianceFixture();
  const { t } = f;

  it('opens a request with its due date, that its own tenant sees and no other', async () => {
    const opened = await f.open(t.a, {
      details: 'Everything about me, please.',
      receivedAt: new Date('2026-08-31T10:00:00Z'),
    });
    expect(opened).toMatchObject({
      ...{
        type: 'gdpr_access',
        role: 'controller',
        channel: 'staff',
        legalStatus: 'received',
        executionStatus: 'not_started',
      },
      ...{ verified: 'none', verificationNeeded: 'basic', dueOn: '2026-09-30', paused: false, extended: false },
      details: 'Everything about me, please.',
    });
    expect(await t.a.call(getPrivacyRequest, { requestId: opened.id })).toEqual(opened);
    await expect(t.b.call(getPrivacyRequest, { requestId: opened.id })).rejects.toBeFault('not-found');
    await expect(t.a.call(getPrivacyRequest, { requestId: newId() })).rejects.toBeFault('not-found');
  });

  it('says who the person is in no event, and keeps their words sealed', async () => {
    const details = 'my diagnosis was wrong';
    const agent = { name: 'Grace Hopper', email: 'grace@example.com', mandate: 'Power of attorney, seen' };
    await f.open(t.a, { type: 'hipaa_amendment', details, agent });
    const [event, ...more] = await t.outbox();
    expect(more).toEqual([]);
    expect(event).toMatchObject({ type: 'PrivacyRequestOpened', tenantId: t.a.id, channel: 'staff' });
    expect(JSON.stringify(event)).not.toMatch(/ada@|ada l|lovelace|grace|hopper|diagnosis|attorney/i);
    const kept = JSON.stringify(
      await t.database.admin('select * from compliance.privacy_request where tenant_id = $1', [t.a.id]),
    );
    expect(kept).not.toMatch(/diagnosis|attorney/);
  });

  it('records that a request was read', async () => {
    const { id: requestId } = await f.open(t.a);
    await t.a.call(getPrivacyRequest, { requestId });
    expect((await t.outbox()).at(-1)).toMatchObject({ type: 'Accessed', changes: [{ id: requestId, action: 'read' }] });
  });

  it('counts the days of the time zone of the tenant', async () => {
    t.bus.announce(t.a.id, { timeZone: 'Pacific/Auckland' });
    const { dueOn, dueAt } = await f.open(t.a, { receivedAt: new Date('2026-06-01T13:00:00Z') }); // there it is the 2nd
    expect([dueOn, dueAt.toISOString()]).toEqual(['2026-07-02', '2026-07-02T12:00:00.000Z']);
  });

  it('gives a processor a second clock for handing it over', async () => {
    const controller = { name: 'Clinic', email: 'privacy@clinic.example' };
    const request = await f.open(t.a, { controller, receivedAt: new Date('2026-06-05T10:00:00Z') });
    expect(request).toMatchObject({ role: 'processor', controller, handOverBy: '2026-06-12', dueOn: '2026-07-06' });
  });

  it.each([
    [{ type: 'gdpr_everything' }, 'type'],
    [{ subjectEmail: 'nobody' }, 'subjectEmail'],
    [{ calendar: 'ZZ' }, 'calendar'],
    [{ calendar: 'DE-XX' }, 'calendar'],
    [{ receivedAt: new Date(Date.now() + 3_600_000) }, 'receivedAt'],
    [{ receivedAt: new Date('2020-01-01T00:00:00Z') }, 'receivedAt'],
    [{ agent: { name: 'Grace', email: 'grace@example.com' } }, 'agent.mandate'],
  ])('refuses %j and keeps nothing', async (wish, field) => {
    await expect(f.open(t.a, wish as object)).rejects.toBeFault('invalid-input', { field });
    expect(await t.a.count('compliance.privacy_request')).toBe(0);
  });

  it('opens one request for one Idempotency-Key', async () => {
    const facts = { actor: { kind: 'user', id: newId(), role: 'owner' } } as const;
    const wish = { type: 'ccpa_know', subjectName: 'Ada', subjectEmail: 'ada@example.com' };
    const again = () => t.a.call(openPrivacyRequest, wish, facts, { idempotencyKey: 'request-1' });
    expect(await again()).toEqual(await again());
    expect(await t.a.count('compliance.privacy_request')).toBe(1);
  });

  it('stays open for compliance while the tenant is suspended', async () => {
    await t.database.setStatus(t.a.id, 'suspended');
    t.bus.announce(t.a.id, { status: 'suspended' });
    const facts = { actor: { kind: 'user', id: newId(), role: 'compliance' } } as const;
    const wish = { type: 'gdpr_erasure', subjectName: 'Ada', subjectEmail: 'ada@example.com' };
    await expect(t.a.call(openPrivacyRequest, wish, facts)).resolves.toMatchObject({ legalStatus: 'received' });
  });
});
