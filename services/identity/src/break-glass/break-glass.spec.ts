import {
  addMember,
  attestBreakGlass,
  breakGlass,
  BreakGlassOpened,
  BreakGlassOverdue,
  closeBreakGlass,
  endBreakGlass,
  listBreakGlass,
  listTenantBreakGlass,
  type BreakGlassRequest,
  type EmergencyAccess,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { GrantEntry, RevocationEntry } from '@tenantry/messaging';
import { IdentityFixture, type Caller } from '../identity.fixture.js';
import { refill } from '../refill.js';
import { EveryMinuteEscalateAttestations } from './every-minute-escalate-attestations.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const EXPLAINED = 'Looked at the order that hung, and freed it';

describe('Emergency access', () => {
  let identity: IdentityFixture;
  let a: Caller;
  let b: Caller;
  let staff: Caller;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
  });
  afterAll(() => identity?.stop());
  beforeEach(async () => {
    [a, b] = await identity.twoOwners();
    staff = identity.as(PLATFORM_TENANT_ID, 'admin');
  });

  const open = (tenant = a, more: Partial<BreakGlassRequest> = {}, by = staff): Promise<EmergencyAccess> =>
    by.call(breakGlass, { tenantId: tenant.tenantId, tables: ['orders'], reason: 'Orders hang since 3 a.m.', ...more });
  const end = ({ id: accessId }: EmergencyAccess, tenant = a) =>
    staff.call(endBreakGlass, { tenantId: tenant.tenantId, accessId });
  const attest = ({ id: accessId }: EmergencyAccess, by = staff, tenant = a) =>
    by.call(attestBreakGlass, { tenantId: tenant.tenantId, accessId, attestation: EXPLAINED });
  const entryOf = ({ id }: EmergencyAccess) => identity.entry<GrantEntry>('grants', id);
  const eventsOf = async (tenantId: string, name: string) =>
    (await identity.events(tenantId)).filter((event) => event.name === name);
  const escalate = () => identity.get(EveryMinuteEscalateAttestations).handle(new AbortController().signal);

  it('is for one person, to read the tables that it names, for half an hour unless it says otherwise', async () => {
    const access = await open();
    expect(access).toMatchObject({ status: 'open', staffId: staff.userId, tables: ['orders'] });
    expect(access.endsAt.getTime() - access.openedAt.getTime()).toBe(30 * MINUTE_MS);
    expect(await entryOf(access)).toEqual({
      ...{ version: 1, tenantId: a.tenantId, tables: ['orders'], access: 'read', staffId: staff.userId },
      expiresAt: access.endsAt.toISOString(),
    });
  });

  it.each([
    [{ minutes: 61 }, 'minutes'],
    [{ tables: [] }, 'tables'],
    [{ reason: 'Because' }, 'reason'],
  ])('is refused for %j', async (more, field) => {
    await expect(open(a, more)).rejects.toMatchObject({ reason: 'invalid-input', errors: [{ field }] });
  });

  it('is in the tenant’s log within the same commit, with who, why and what', async () => {
    const access = await open();
    const [event] = await eventsOf(a.tenantId, 'BreakGlassOpened');
    expect(event).toMatchObject({
      data: { accessId: access.id, staffId: staff.userId, reason: 'Orders hang since 3 a.m.', tables: ['orders'] },
      changes: [{ resource: 'break_glass', id: access.id, action: 'insert' }],
    });
    expect(await eventsOf(b.tenantId, 'BreakGlassOpened')).toEqual([]);
  });

  it('is told to the tenant’s owners at once, and to nobody else', async () => {
    const [owner, other] = [`${newId()}@example.com`, `${newId()}@example.com`];
    await a.call(addMember, { email: owner, role: 'owner' });
    await a.call(addMember, { email: other, role: 'staff' });
    const { id, ...access } = await open();
    const opened = new BreakGlassOpened({ ...access, accessId: id });
    await identity.react(opened, a.tenantId);
    const told = identity.mails().filter((mail) => mail.includes(id));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(owner);
    expect(told[0]).toContain('Orders hang since 3 a.m.');
  });

  it('ends at once when staff or the tenant end it: nobody is let in, and what runs by it is cut', async () => {
    const [ours, theirs] = [await open(), await open()];
    expect(await end(ours)).toMatchObject({ status: 'unattested', endedBy: staff.userId });
    await expect(b.call(closeBreakGlass, { accessId: theirs.id })).rejects.toMatchObject({ reason: 'not-found' });
    expect(await a.call(closeBreakGlass, { accessId: theirs.id })).toMatchObject({ endedBy: a.userId });
    for (const access of [ours, theirs]) {
      expect(await entryOf(access)).toBeNull();
      expect(await identity.entry<RevocationEntry>('revocations', access.id)).toMatchObject({ version: 1 });
    }
    await end(ours);
    expect(await eventsOf(a.tenantId, 'BreakGlassEnded')).toHaveLength(2);
  });

  it('is attested when it is over, by whoever had it, once; the tenant reads it', async () => {
    const access = await open();
    await expect(attest(access)).rejects.toMatchObject({ reason: 'conflict' });
    identity.clock.advance(30 * MINUTE_MS);
    await expect(attest(access, identity.as(PLATFORM_TENANT_ID, 'admin'))).rejects.toMatchObject({
      reason: 'forbidden',
    });
    await expect(attest(access, staff, b)).rejects.toMatchObject({ reason: 'not-found' });
    expect(await attest(access)).toMatchObject({ status: 'attested', attestation: EXPLAINED });
    await expect(attest(access)).rejects.toMatchObject({ reason: 'conflict' });
    expect((await a.call(listBreakGlass, {})).data).toMatchObject([{ id: access.id, attestation: EXPLAINED }]);
    expect(await eventsOf(a.tenantId, 'BreakGlassAttested')).toMatchObject([{ data: { inTime: true } }]);
  });

  it('escalates once when nobody attests within 24 hours of its end, and who owes it opens no other until then', async () => {
    const access = await open();
    identity.clock.advance(30 * MINUTE_MS + DAY_MS);
    await escalate();
    await escalate();
    const facts = { data: { accessId: access.id, staffId: staff.userId } };
    expect(await eventsOf(a.tenantId, 'BreakGlassOverdue')).toMatchObject([facts]);
    const told = await eventsOf(PLATFORM_TENANT_ID, 'BreakGlassOverdue');
    expect(told.filter(({ data }) => data.accessId === access.id)).toHaveLength(1);
    expect((await a.call(listBreakGlass, {})).data).toMatchObject([{ status: 'overdue' }]);
    await expect(open(b)).rejects.toMatchObject({ reason: 'conflict' });
    await open(b, {}, identity.as(PLATFORM_TENANT_ID, 'admin'));
    await attest(access);
    expect(await eventsOf(a.tenantId, 'BreakGlassAttested')).toMatchObject([{ data: { inTime: false } }]);
    await open(b);
  });

  it('that is overdue is told to the owners', async () => {
    const owner = `${newId()}@example.com`;
    await a.call(addMember, { email: owner, role: 'owner' });
    const accessId = newId();
    await identity.react(new BreakGlassOverdue({ accessId, staffId: newId() }), a.tenantId);
    expect(identity.mails().filter((mail) => mail.includes(accessId))).toHaveLength(1);
  });

  it('is for people who may, into tenants that there are', async () => {
    await expect(open(a, {}, identity.as(PLATFORM_TENANT_ID, 'viewer'))).rejects.toMatchObject({ reason: 'forbidden' });
    const key = { actor: { kind: 'key', id: newId(), role: 'secret_key' } } as const;
    const wish = { tenantId: a.tenantId, tables: ['orders'], reason: 'Orders hang since 3 a.m.' };
    await expect(staff.call(breakGlass, wish, key)).rejects.toMatchObject({ reason: 'forbidden' });
    for (const tenantId of [newId(), PLATFORM_TENANT_ID]) {
      await expect(staff.call(breakGlass, { ...wish, tenantId })).rejects.toMatchObject({ reason: 'not-found' });
    }
  });

  it('is listed page by page to its tenant and to staff, and fills a lost directory while it is open', async () => {
    const [over, still] = [await open(), await open()];
    await open(b);
    await end(over);
    const page = await a.call(listBreakGlass, { limit: 1 });
    const rest = await a.call(listBreakGlass, { limit: 1, cursor: page.nextCursor });
    expect([...page.data, ...rest.data].map(({ id }) => id)).toEqual([still.id, over.id]);
    const seen = await staff.call(listTenantBreakGlass, { tenantId: a.tenantId });
    expect(seen.data.map(({ id }) => id)).toEqual([still.id, over.id]);
    const entries = (await Array.fromAsync(refill(identity.doors))).filter(({ bucket }) => bucket === 'grants');
    const keys = entries.map(({ key }) => key);
    expect([keys.includes(still.id), keys.includes(over.id)]).toEqual([true, false]);
  });
});
