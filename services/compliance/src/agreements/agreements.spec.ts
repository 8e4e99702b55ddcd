import {
  endAgreement,
  endPlatformAgreement,
  listAgreements,
  listPlatformAgreements,
  registerAgreement,
  registerPlatformAgreement,
  type RegisterAgreementRequest,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { mayKeepHealthData, mayPassHealthDataTo, type AgreementsEntry } from '@tenantry/messaging';
import { testContext, type TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';
import { dayAt, addDays } from '../clock/day.js';
import { refill } from './agreement.table.js';

describe('Business associate agreements', () => {
  const f = new ComplianceFixture();
  const { t } = f;
  const staff = testContext(PLATFORM_TENANT_ID, { actor: { kind: 'user', id: newId(), role: 'super_admin' } });
  const day = (ahead: number): string => addDays(dayAt(f.clock.now(), 'UTC'), ahead);
  const wish = (more: object = {}): Partial<RegisterAgreementRequest> => ({
    ...{ counterparty: 'Harbour Clinic', version: '2026-01', subcontractors: [], effectiveOn: day(0) },
    ...more,
  });
  const sign = ({ id: tenantId }: TestTenant, more: object = {}) =>
    t.bus.call(registerPlatformAgreement, { tenantId, ...wish(more) }, staff);
  const register = (tenant: TestTenant, more: object = {}) => tenant.call(registerAgreement, wish(more));
  const entryOf = async ({ id }: TestTenant): Promise<AgreementsEntry> => {
    const [row] = await t.database.admin<{ payload: { value: AgreementsEntry; version: number } }>(
      `select payload from compliance.outbox where kind = 'directory' and subject = $1 order by position desc limit 1`,
      [`agreements.${id}`],
    );
    return { ...row!.payload.value, version: row!.payload.version };
  };
  const endings = async () => (await t.outbox()).filter(({ type }) => type === 'AgreementEnding');
  const run = () => t.bus.runSchedule('compliance.agreements');

  it('say within the commit, to everybody, that health information may be kept, and by whom it may be got', async () => {
    await sign(t.a, { subcontractors: ['anthropic'] });
    await register(t.b, { provider: 'openai' });
    const [a, b] = [await entryOf(t.a), await entryOf(t.b)];
    const now = f.clock.now();
    expect([mayKeepHealthData(a, now), mayKeepHealthData(b, now), mayKeepHealthData(undefined, now)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(['anthropic', 'openai'].map((name) => mayPassHealthDataTo(a, name, now))).toEqual([true, false]);
    expect(['anthropic', 'openai'].map((name) => mayPassHealthDataTo(b, name, now))).toEqual([false, true]);
  });

  it('hold from the first day to the end of the last where the tenant is', async () => {
    t.bus.announce(t.a.id, { timeZone: 'Pacific/Auckland' });
    await sign(t.a, { effectiveOn: '2031-06-01', endsOn: '2031-06-30' });
    const entry = await entryOf(t.a);
    const holds = (at: string): boolean => mayKeepHealthData(entry, new Date(at));
    expect(['2031-05-31T11:59:59Z', '2031-05-31T12:00:00Z'].map(holds)).toEqual([false, true]);
    expect(['2031-06-30T11:59:59Z', '2031-06-30T12:00:00Z'].map(holds)).toEqual([true, false]);
  });

  it('end at once when they are ended, by the side that registered them, once', async () => {
    const [ours, theirs] = [await sign(t.a), await register(t.a, { provider: 'openai' })];
    const end = (id: string, tenant = t.a) => tenant.call(endAgreement, { agreementId: id, reason: 'Left' });
    const endOurs = (agreementId: string, tenantId = t.a.id) =>
      t.bus.call(endPlatformAgreement, { tenantId, agreementId, reason: 'Left' }, staff);
    await expect(end(ours.id)).rejects.toBeFault('not-found');
    await expect(end(theirs.id, t.b)).rejects.toBeFault('not-found');
    await expect(endOurs(theirs.id)).rejects.toBeFault('not-found');
    await expect(endOurs(ours.id, t.b.id)).rejects.toBeFault('not-found');
    expect(await endOurs(ours.id)).toMatchObject({ status: 'ended', endReason: 'Left', endedBy: staff.actor.id });
    expect(await end(theirs.id)).toMatchObject({ status: 'ended' });
    await expect(endOurs(ours.id)).rejects.toBeFault('conflict');
    expect((await entryOf(t.a)).agreements).toEqual([]);
    const told = (await t.outbox()).filter(({ type }) => type === 'AgreementEnded');
    expect(told).toMatchObject([
      { tenantId: t.a.id, agreementId: ours.id, party: 'platform' },
      { tenantId: t.a.id, agreementId: theirs.id, party: 'subcontractor' },
    ]);
  });

  it('are listed to the tenant and to staff, page by page, and to nobody else', async () => {
    const [first, second] = [await sign(t.a), await register(t.a)];
    await sign(t.b);
    const page = await t.a.call(listAgreements, { limit: 1 });
    const rest = await t.a.call(listAgreements, { limit: 1, cursor: page.nextCursor });
    expect([...page.data, ...rest.data]).toEqual([second, first]);
    expect(rest.nextCursor).toBeNull();
    const seen = await t.bus.call(listPlatformAgreements, { tenantId: t.a.id }, staff);
    expect(seen.data.map(({ id }) => id)).toEqual([second.id, first.id]);
    await expect(t.bus.call(listPlatformAgreements, { tenantId: newId() }, staff)).rejects.toBeFault('not-found');
    await expect(t.a.call(listAgreements, {}, { permissions: ['rows.*'] })).rejects.toBeFault('forbidden');
  });

  it('warn 60, 30 and 7 days ahead and when they have lapsed, once each', async () => {
    const { id: agreementId } = await sign(t.a, { endsOn: day(90) });
    await sign(t.b);
    const own = async () => (await endings()).filter((one) => one.agreementId === agreementId);
    await run();
    expect(await own()).toEqual([]);
    for (const [days, left] of [
      [31, 60],
      [30, 30],
      [23, 7],
      [7, 0],
    ] as const) {
      f.clock.advanceDays(days);
      await run();
      await run();
      expect((await own()).at(-1)).toMatchObject({ tenantId: t.a.id, party: 'platform', daysLeft: left });
    }
    expect(await own()).toHaveLength(4);
    const seen = await t.a.call(listAgreements, {});
    expect(seen.data).toMatchObject([{ status: 'lapsed' }]);
    expect((await endings()).filter(({ tenantId }) => tenantId === t.b.id)).toEqual([]);
  });

  it('are silent where another one follows without a gap, and not where one comes too late', async () => {
    const [renewed, late] = [await sign(t.a, { endsOn: day(10) }), await sign(t.b, { endsOn: day(10) })];
    await sign(t.a, { counterparty: 'HARBOUR clinic', effectiveOn: day(11) });
    await sign(t.b, { effectiveOn: day(13) });
    await run();
    const told = (await endings()).map(({ agreementId }) => agreementId);
    expect([told.includes(renewed.id), told.includes(late.id)]).toEqual([false, true]);
  });

  it.each([
    [{ effectiveOn: '2026-02-30' }, 'effectiveOn'],
    [{ effectiveOn: '2026-03-02', endsOn: '2026-03-01' }, 'endsOn'],
    [{ effectiveOn: '2020-01-01', endsOn: '2020-12-31' }, 'endsOn'],
    [{ provider: 'Open AI' }, 'provider'],
  ])('are refused for %j', async (more, field) => {
    await expect(register(t.a, more)).rejects.toBeFault('invalid-input', { field });
    expect(await t.a.count('compliance.agreement')).toBe(0);
  });

  it('are at most a hundred that are not over', async () => {
    await register(t.a);
    await t.database.admin(
      `insert into compliance.agreement select (r).* from (
         select jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid())) as r
         from compliance.agreement p, generate_series(1, 99) where p.tenant_id = $1) as copies`,
      [t.a.id],
    );
    await expect(register(t.a)).rejects.toBeFault('conflict');
    await register(t.b);
  });

  it('fill a lost directory with what it said, version by version', async () => {
    await sign(t.a, { subcontractors: ['anthropic'] });
    const { id } = await register(t.a, { provider: 'openai' });
    await t.a.call(endAgreement, { agreementId: id, reason: 'Left' });
    const entries = await Array.fromAsync(refill(t.doors));
    const found = entries.find(({ key }) => key === t.a.id);
    const { version, ...value } = await entryOf(t.a);
    expect(found).toEqual({ bucket: 'agreements', key: t.a.id, value, version: BigInt(version) });
    expect(version).toBe(3);
  });
});
