import {
  giveDisclosureAccounting,
  HealthDataExported,
  HealthDataSent,
  HealthDataSentToApi,
  HealthDataSentToGuardrail,
  listDisclosures,
  recordDisclosure,
  recordIdentityCheck,
  type GiveDisclosureAccountingRequest,
  type PrivacyRequest,
  type RecordDisclosureRequest,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';

const DAY_MS = 86_400_000;
const YEAR_MS = 365.25 * DAY_MS;

describe('The ledger of disclosures', () => {
  const f = new ComplianceFixture();
  const { t } = f;
  const ago = (ms: number): Date => new Date(f.clock.now().getTime() - ms);
  const record = (tenant: TestTenant, more: Partial<RecordDisclosureRequest> = {}) =>
    tenant.call(recordDisclosure, {
      ...{ recipient: 'County health office', description: 'A positive test', purpose: 'public_health' },
      ...{ table: 'patients', subjectKey: '7', ...more },
    });
  const asked = async (tenant: TestTenant, more: object = {}): Promise<PrivacyRequest> => {
    const request = await f.open(tenant, { type: 'hipaa_accounting', ...more });
    await f.on(tenant, request, recordIdentityCheck, { method: 'in_person', passed: true, evidence: 'Seen' });
    return request;
  };
  const give = (tenant: TestTenant, request: PrivacyRequest, more: Partial<GiveDisclosureAccountingRequest> = {}) =>
    f.on(tenant, request, giveDisclosureAccounting, { table: 'patients', subjectKey: '7', ...more });
  const sent = (more: Partial<HealthDataSent> = {}) =>
    new HealthDataSent({
      ...{ completionId: newId(), provider: 'acme', model: 'first', kinds: ['national-id'], purpose: 'research' },
      ...{ subjectTable: 'patients', subjectKey: '7', ...more },
    });

  it('gives a person what was disclosed of them to whom and what for, and what the tenant disclosed of nobody else', async () => {
    await record(t.a, { recipientAddress: '1 Main Street' });
    await record(t.a, { subjectKey: '8', description: 'Of somebody else' });
    await record(t.a, { table: 'visits', description: 'Of another table' });
    await record(t.b, { description: 'Of another tenant' });
    const request = await asked(t.a);
    const { data } = await give(t.a, request);
    expect(data).toMatchObject([
      {
        ...{ recipient: 'County health office', recipientAddress: '1 Main Street', description: 'A positive test' },
        ...{ purpose: 'public_health', count: 1, wholeTable: false },
      },
    ]);
    expect(await f.kinds(t.a, request)).toContain('accounting_given');
    const given = (await t.outbox()).filter(({ type }) => type === 'DisclosureAccountingGiven');
    expect(given).toMatchObject([{ tenantId: t.a.id, requestId: request.id, lines: 1 }]);
  });

  it('leaves out what the law leaves out, unless everything is asked for', async () => {
    for (const purpose of ['treatment', 'payment', 'operations', 'authorized']) await record(t.a, { purpose });
    await record(t.a, { purpose: 'judicial' });
    const request = await asked(t.a);
    const purposes = async (everything: boolean) =>
      (await give(t.a, request, { everything })).data.map((one) => one.purpose);
    expect(await purposes(false)).toEqual(['judicial']);
    expect((await purposes(true)).sort()).toEqual(['authorized', 'judicial', 'operations', 'payment', 'treatment']);
  });

  it('has what agents sent to the APIs of tools, of that tenant alone', async () => {
    const event = new HealthDataSentToApi({
      agentId: newId(),
      tool: 'lab__order',
      host: 'lab.example',
      kinds: ['icd'],
    });
    await t.bus.deliver({ event, tenantId: t.a.id });
    const { data } = await t.a.call(listDisclosures, {});
    expect(data).toMatchObject([{ source: 'api', recipient: 'lab.example', purpose: 'operations' }]);
    expect(data[0]!.description).toContain('lab__order');
    expect((await t.b.call(listDisclosures, {})).data).toEqual([]);
  });

  it('has what was shown to endpoints that judge texts, with whose it was, of that tenant alone', async () => {
    const about = { purpose: 'treatment', subjectTable: 'patients', subjectKey: '7' };
    const event = new HealthDataSentToGuardrail({
      ...{ guardrail: 'ours', host: 'guard.example', kinds: ['national-id'], stage: 'tool-result', ...about },
    });
    const id = newId();
    for (let time = 0; time < 2; time += 1) await t.bus.deliver({ event, tenantId: t.a.id, id });
    const { data } = await t.a.call(listDisclosures, {});
    expect(data).toMatchObject([
      { source: 'guardrail', recipient: 'guard.example', purpose: 'treatment', table: 'patients', subjectKey: '7' },
    ]);
    expect(data[0]!.description).toContain('national-id');
    expect((await t.b.call(listDisclosures, {})).data).toEqual([]);
  });

  it('looks back six years from the day of the request, or less when less is asked for', async () => {
    const request = await asked(t.a, { receivedAt: ago(20 * DAY_MS) });
    await record(t.a, { disclosedAt: ago(5.99 * YEAR_MS), description: 'Old' });
    await record(t.a, { disclosedAt: ago(10 * DAY_MS), description: 'New' });
    const told = async (since?: Date) => (await give(t.a, request, { since })).data.map((one) => one.description);
    expect(await told()).toEqual(['Old', 'New']);
    expect(await told(ago(YEAR_MS))).toEqual(['New']);
    const { since, until } = await give(t.a, request, { since: ago(50 * YEAR_MS) });
    expect(since.getUTCFullYear()).toBe(request.receivedAt.getUTCFullYear() - 6);
    expect(until.getTime()).toBeGreaterThan(request.receivedAt.getTime());
  });

  it('leaves out what an agency has asked to withhold, until that time is over', async () => {
    const withheldUntil = ago(-29 * DAY_MS);
    await record(t.a, { purpose: 'law_enforcement', withheldUntil });
    const tooLong = { purpose: 'law_enforcement', withheldUntil: ago(-31 * DAY_MS) };
    await expect(record(t.a, tooLong)).rejects.toBeFault('invalid-input', { field: 'withheldUntil' });
    await record(t.a, { ...tooLong, withheldInWriting: true });
    const request = await asked(t.a);
    expect((await give(t.a, request)).data).toEqual([]);
    f.clock.advanceDays(30);
    expect((await give(t.a, request)).data).toHaveLength(1);
  });

  it('knows of calls to models and of exports by itself, each once, and gives many as one line', async () => {
    const ids = [newId(), newId(), newId()];
    for (const id of ids) await t.bus.deliver({ event: sent(), tenantId: t.a.id, id });
    await t.bus.deliver({ event: sent({ subjectTable: null, subjectKey: null }), tenantId: t.a.id });
    const exported = new HealthDataExported({ table: 'patients', columns: ['patients.ssn'] });
    await t.bus.deliver({ event: exported, tenantId: t.a.id });
    await t.bus.deliver({ event: exported, tenantId: t.b.id });
    expect((await t.a.call(listDisclosures, {})).data).toHaveLength(5);
    const { data } = await give(t.a, await asked(t.a), { everything: true });
    expect(data).toMatchObject([
      { recipient: 'acme', count: 3, purpose: 'research', description: 'national-id in a question to the model first' },
      { count: 1, purpose: 'operations', description: 'An export of patients.ssn', wholeTable: true },
    ]);
    expect((await t.b.call(listDisclosures, {})).data).toMatchObject([{ source: 'export', table: 'patients' }]);
  });

  it('answers only whoever asked for it and is proven to be the one', async () => {
    const [access, unproven] = [
      await f.open(t.a, { type: 'hipaa_access' }),
      await f.open(t.a, { type: 'hipaa_accounting' }),
    ];
    await expect(give(t.a, access)).rejects.toBeFault('conflict');
    await expect(give(t.a, unproven)).rejects.toBeFault('conflict');
    const request = await asked(t.a);
    await expect(give(t.b, request)).rejects.toBeFault('not-found');
    const reader = { table: 'patients', subjectKey: '7', requestId: request.id };
    await expect(t.a.call(giveDisclosureAccounting, reader, { permissions: ['compliance.read'] })).rejects.toBeFault(
      'forbidden',
    );
  });

  it('is listed page by page, and keeps what was disclosed sealed', async () => {
    const [first, second] = [await record(t.a, { disclosedAt: ago(DAY_MS) }), await record(t.a)];
    await record(t.b);
    const page = await t.a.call(listDisclosures, { limit: 1 });
    const rest = await t.a.call(listDisclosures, { limit: 1, cursor: page.nextCursor });
    expect([...page.data, ...rest.data]).toEqual([second, first]);
    expect(rest.nextCursor).toBeNull();
    expect(await t.a.call(listDisclosures, { table: 'visits' })).toBeEmptyPage();
    const kept = await t.database.admin('select description from compliance.disclosure');
    expect(JSON.stringify([kept, await t.outbox()])).not.toContain('positive test');
  });

  it('is never changed, not even by the login of the service', async () => {
    await expect(record(t.a, { disclosedAt: ago(-DAY_MS) })).rejects.toBeFault('invalid-input', {
      field: 'disclosedAt',
    });
    const [may] = await t.database
      .admin(`select has_table_privilege('compliance_service', 'compliance.disclosure', 'update')
      or has_table_privilege('compliance_service', 'compliance.disclosure', 'delete') as change`);
    expect(may).toEqual({ change: false });
  });
});
