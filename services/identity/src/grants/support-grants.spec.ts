import { grantSupportAccess, listSupportGrants, revokeSupportGrant, type SupportGrant } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { GrantEntry, RevocationEntry } from '@tenantry/messaging';
import { IdentityFixture, refusalOf, type Caller } from '../identity.fixture.js';
import { refill } from '../refill.js';

const HOUR_MS = 3_600_000;

describe('support grants', () => {
  let identity: IdentityFixture;
  let a: Caller;
  let b: Caller;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
  });
  afterAll(() => identity?.stop());
  beforeEach(async () => {
    [a, b] = await identity.twoOwners();
  });

  const inMs = (ms: number): Date => new Date(identity.clock.now().getTime() + ms);
  const give = (caller: Caller, more: object = {}): Promise<SupportGrant> =>
    caller.call(grantSupportAccess, { reason: 'Ticket 7', expiresAt: inMs(HOUR_MS), ...more });
  const entryOf = ({ id }: SupportGrant) => identity.entry<GrantEntry>('grants', id);

  it('lets the gateway know what the tenant gave, and the tenant’s own trail too', async () => {
    const staffId = newId();
    const grant = await give(a, { tables: ['people'], access: 'write', staffId });
    expect(grant).toMatchObject({ status: 'active', access: 'write', tables: ['people'], grantedBy: a.userId });
    expect(await entryOf(grant)).toEqual({
      version: 1,
      tenantId: a.tenantId,
      tables: ['people'],
      access: 'write',
      expiresAt: grant.expiresAt.toISOString(),
      staffId,
    });
    const [event] = (await identity.events()).filter(({ name }) => name === 'SupportAccessGranted').slice(-1);
    expect(event).toMatchObject({ tenantId: a.tenantId, data: { grantId: grant.id } });
  });

  it('is for reading all tables unless it says otherwise', async () => {
    expect(await entryOf(await give(a))).toMatchObject({ tables: null, access: 'read', staffId: null });
  });

  it('ends within seven days', async () => {
    const refused = { reason: 'invalid-input', errors: [{ field: 'expiresAt' }] };
    await expect(give(a, { expiresAt: inMs(7 * 24 * HOUR_MS + 60_000) })).rejects.toMatchObject(refused);
    await expect(give(a, { expiresAt: inMs(-1) })).rejects.toMatchObject(refused);
    const grant = await give(a, { expiresAt: inMs(HOUR_MS) });
    identity.clock.advance(HOUR_MS);
    expect((await a.call(listSupportGrants, {})).data).toMatchObject([{ id: grant.id, status: 'expired' }]);
  });

  it('is taken back for everybody: the directory forgets it, and what runs by it is revoked', async () => {
    const grant = await give(a);
    await a.call(revokeSupportGrant, { grantId: grant.id });
    expect(await entryOf(grant)).toBeNull();
    expect(await identity.entry<RevocationEntry>('revocations', grant.id)).toMatchObject({ version: 1 });
    expect((await a.call(listSupportGrants, {})).data).toMatchObject([{ id: grant.id, status: 'revoked' }]);
    await a.call(revokeSupportGrant, { grantId: grant.id });
  });

  it('is the tenant’s own: another one neither sees it nor takes it back', async () => {
    const grant = await give(a);
    expect((await b.call(listSupportGrants, {})).data).toEqual([]);
    expect(await refusalOf(b.call(revokeSupportGrant, { grantId: grant.id }))).toMatchObject({ reason: 'not-found' });
    expect(await entryOf(grant)).not.toBeNull();
  });

  it('is given by owners and admins only', async () => {
    for (const role of ['manager', 'staff', 'compliance', 'customer']) {
      await expect(give(identity.as(a.tenantId, role))).rejects.toMatchObject({ reason: 'forbidden' });
    }
    expect(await give(identity.as(a.tenantId, 'admin'))).toMatchObject({ status: 'active' });
  });

  it('fills a lost directory with those that can be used', async () => {
    const [used, over] = [await give(a), await give(a)];
    await a.call(revokeSupportGrant, { grantId: over.id });
    const entries = await Array.fromAsync(refill(identity.doors));
    const keys = entries.filter(({ bucket }) => bucket === 'grants').map(({ key }) => key);
    expect(keys).toContain(used.id);
    expect(keys).not.toContain(over.id);
  });
});
