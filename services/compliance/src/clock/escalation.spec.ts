import {
  askPrivacyQuestion,
  extendPrivacyRequest,
  getPrivacyRequest,
  withdrawPrivacyRequest,
} from '@tenantry/contracts';
import fc from 'fast-check';
import { ComplianceFixture } from '../compliance.fixture.js';
import { nextEscalation, usedPercent } from './escalation.js';

describe('Escalation', () => {
  const f = new ComplianceFixture();
  const { t } = f;
  const daysAgo = (days: number) => new Date(f.clock.now().getTime() - days * 86_400_000);
  const run = () => t.bus.runSchedule('compliance.escalate');
  const announced = async () => (await t.outbox()).filter(({ type }) => type === 'PrivacyRequestEscalated');

  it('announces each share of the time once, to the tenant of the request', async () => {
    const request = await f.open(t.a, { type: 'hipaa_amendment', receivedAt: daysAgo(20) }); // of 60 days
    await f.open(t.b, { type: 'hipaa_amendment' });
    await run();
    expect((await t.a.call(getPrivacyRequest, { requestId: request.id })).escalatedPercent).toBe(0);
    for (const [days, percent] of [
      [11, 50],
      [18, 80],
      [12, 100],
    ] as const) {
      f.clock.advanceDays(days);
      await run();
      await run();
      const own = (await announced()).filter(({ requestId }) => requestId === request.id);
      expect(own.at(-1)).toMatchObject({ tenantId: t.a.id, percent, dueOn: request.dueOn });
      expect((await t.a.call(getPrivacyRequest, { requestId: request.id })).escalatedPercent).toBe(percent);
    }
    expect((await f.kinds(t.a, request)).filter((kind) => kind === 'escalated')).toHaveLength(3);
  });

  it('announces only the highest when it comes late', async () => {
    const request = await f.open(t.a, { receivedAt: daysAgo(60) });
    await run();
    const own = (await announced()).filter(({ requestId }) => requestId === request.id);
    expect(own).toMatchObject([{ tenantId: t.a.id, percent: 100 }]);
  });

  it('is silent about what is closed, and about a clock that stands still', async () => {
    const [closed, paused] = [
      await f.open(t.a, { receivedAt: daysAgo(10) }),
      await f.open(t.a, { receivedAt: daysAgo(10) }),
    ];
    await f.on(t.a, closed, withdrawPrivacyRequest, { text: 'By phone' });
    await f.on(t.a, paused, askPrivacyQuestion, { about: 'scope', text: 'Which?' });
    f.clock.advanceDays(50);
    await run();
    const own = (await announced()).filter(({ requestId }) => requestId === closed.id || requestId === paused.id);
    expect(own).toEqual([]);
  });

  it('begins anew where an extension has moved the end', async () => {
    const request = await f.open(t.a, { receivedAt: daysAgo(20) });
    await run();
    await f.on(t.a, request, extendPrivacyRequest, { reason: 'complexity', explanation: 'Eleven systems' });
    f.clock.advanceDays(30);
    await run();
    const own = (await announced()).filter(({ requestId }) => requestId === request.id);
    expect(own.map(({ percent }) => percent)).toEqual([50, 50]);
  });

  it('takes more than one batch', async () => {
    const { id } = await f.open(t.a, { receivedAt: daysAgo(60) });
    await t.database.admin(
      `insert into compliance.privacy_request select (r).* from (
         select jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid())) as r
         from compliance.privacy_request p, generate_series(1, 450) where p.id = $1) as copies`,
      [id],
    );
    await run();
    const [{ open } = { open: -1 }] = await t.database.admin<{ open: number }>(
      'select count(*)::integer as open from compliance.privacy_request where next_escalation_at <= now()',
    );
    expect([open, (await announced()).filter(({ tenantId }) => tenantId === t.a.id).length]).toEqual([0, 451]);
  });

  it('has used up a share exactly from its moment on', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.integer({ min: 1, max: 2 ** 33 }), (start, length) => {
        const [startsAt, dueAt] = [new Date(start), new Date(start + length)];
        for (const before of [0, 50, 80]) {
          const { percent, at } = nextEscalation(startsAt, dueAt, before)!;
          expect(usedPercent(startsAt, dueAt, at)).toBeGreaterThanOrEqual(percent);
          expect(usedPercent(startsAt, dueAt, new Date(at.getTime() - 1))).toBeLessThan(percent);
        }
      }),
    );
  });
});
