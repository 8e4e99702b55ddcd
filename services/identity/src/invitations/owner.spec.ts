import {
  TenantActivated,
  TenantProvisioningFailed,
  TenantRequested,
  addMember,
  listMembers,
  login,
  prepareOwner,
  type PrepareOwnerRequest,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { GOOD_PASSWORD, IdentityFixture, refusalOf } from '../identity.fixture.js';

describe('the owner of a new tenant', () => {
  let identity: IdentityFixture;
  let tenantId: string;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
  });
  afterAll(() => identity?.stop());
  beforeEach(async () => {
    tenantId = await identity.addTenant({ status: 'provisioning' });
  });

  let lastNumber = 0;
  const someEmail = () => `owner-${++lastNumber}@example.com`;
  const prepare = async (more: Partial<PrepareOwnerRequest> = {}) =>
    (await identity.anonymous(prepareOwner, { tenantId, email: someEmail(), ...more })).ownerRef;
  const request = (ownerRef: string, attempt = 1) =>
    identity.react(Object.assign(new TenantRequested(), { tenantId, ownerRef, attempt }), tenantId);
  const fail = (attempt = 1) =>
    identity.react(Object.assign(new TenantProvisioningFailed(), { tenantId, attempt }), tenantId);
  const activate = async () => {
    await identity.setTenant(tenantId, { status: 'active' });
    await identity.react(Object.assign(new TenantActivated(), { tenantId }), tenantId);
  };
  const members = async () =>
    identity.database.admin<{ person_id: string; role: string; email: string }>(
      'select person_id, role, email from identity.membership where tenant_id = $1',
      [tenantId],
    );
  const answers = async () => (await identity.events(tenantId)).filter(({ name }) => name.startsWith('Owner'));

  it('is prepared before the tenant exists, and is nobody until the tenant asks', async () => {
    const unborn = newId();
    const ownerRef = await prepare({ tenantId: unborn, password: GOOD_PASSWORD });
    expect(ownerRef).toEqual(expect.any(String));
    expect(await identity.database.count('identity.membership', unborn)).toBe(0);
  });

  it('becomes owner in one commit with the answer, and can sign in once the tenant is open', async () => {
    const email = someEmail();
    const ownerRef = await prepare({ email, password: GOOD_PASSWORD });
    await request(ownerRef);
    const [owner] = await members();
    expect(owner).toMatchObject({ role: 'owner', email });
    expect(await identity.entry('members', owner!.person_id)).toMatchObject({
      memberships: [{ tenantId, role: 'owner' }],
    });
    await activate();
    expect((await identity.anonymous(login, { email, password: GOOD_PASSWORD })).memberships).toMatchObject([
      { tenantId, role: 'owner' },
    ]);
    expect(identity.mails().filter((mail) => mail.includes(email))).toEqual([]);
  });

  it('has a staff-set password in the tenant’s trail, without the password', async () => {
    await request(await prepare({ password: GOOD_PASSWORD }));
    const [owner] = await members();
    expect(await answers()).toMatchObject([
      { name: 'OwnerPasswordSet', data: { personId: owner!.person_id } },
      { name: 'OwnerEstablished', data: { tenantId, attempt: 1, passwordSetByStaff: true } },
    ]);
    expect(JSON.stringify(await identity.events(tenantId))).not.toMatch(/argon2|violet/);
  });

  it('is established once however often the tenant asks', async () => {
    const ownerRef = await prepare();
    await Promise.all([request(ownerRef), request(ownerRef), request(ownerRef)]);
    expect(await members()).toHaveLength(1);
    expect(new Set((await answers()).map(({ data }) => data['personId'])).size).toBe(1);
    expect(await answers()).toHaveLength(3);
  });

  it('keeps the password of an account that they have', async () => {
    const email = someEmail();
    await request(await prepare({ email, password: GOOD_PASSWORD }));
    await activate();
    const first = tenantId;
    tenantId = await identity.addTenant({ status: 'provisioning' });
    await request(await prepare({ email, password: 'another password that is fine' }));
    await activate();
    const reply = await identity.anonymous(login, { email, password: GOOD_PASSWORD });
    expect(reply.memberships.map((membership) => membership.tenantId)).toEqual([first, tenantId]);
    expect((await answers()).map(({ name }) => name)).toEqual(['OwnerEstablished']);
    expect((await answers())[0]?.data).toMatchObject({ passwordSetByStaff: false });
  });

  it('gets a link when the tenant is open, and not before', async () => {
    const email = someEmail();
    await request(await prepare({ email }));
    expect(identity.mails().filter((mail) => mail.includes(email))).toEqual([]);
    await activate();
    const [mail, ...more] = identity.mails().filter((text) => text.includes(email));
    expect(mail).toMatch(/tnl_/);
    expect(more).toEqual([]);
  });

  it('answers that nobody was prepared', async () => {
    await request(newId());
    expect(await answers()).toMatchObject([{ name: 'OwnerFailed', data: { tenantId, attempt: 1 } }]);
  });

  it('can’t be taken from another tenant’s preparation', async () => {
    const other = await identity.addTenant({ status: 'provisioning' });
    await request(await prepare({ tenantId: other }));
    expect(await members()).toEqual([]);
    expect(await answers()).toMatchObject([{ name: 'OwnerFailed' }]);
  });

  it('is taken back with the account that was made for it, and comes again with the next attempt', async () => {
    const email = someEmail();
    const ownerRef = await prepare({ email, password: GOOD_PASSWORD });
    await request(ownerRef, 1);
    const [owner] = await members();
    await fail(1);
    expect(await members()).toEqual([]);
    expect(await identity.entry('members', owner!.person_id)).toBeNull();
    expect(await identity.database.admin('select from identity.person where email = $1', [email])).toEqual([]);

    await request(ownerRef, 2);
    await activate();
    await expect(identity.anonymous(login, { email, password: GOOD_PASSWORD })).resolves.toBeDefined();
  });

  it('is taken back without touching an account that belongs elsewhere', async () => {
    const elsewhere = identity.as(await identity.addTenant(), 'owner');
    const email = someEmail();
    const { userId } = await elsewhere.call(addMember, { email, role: 'staff' });
    await request(await prepare({ email }));
    await fail();
    expect(await identity.entry('members', userId)).toMatchObject({ memberships: [{ tenantId: elsewhere.tenantId }] });
    expect((await elsewhere.call(listMembers, {})).data).toHaveLength(1);
  });

  it('does not come back when events of a failed attempt arrive late or out of order', async () => {
    const ownerRef = await prepare();
    await fail(1);
    await request(ownerRef, 1);
    expect(await members()).toEqual([]);
    await request(ownerRef, 2);
    await fail(1);
    expect(await members()).toHaveLength(1);
  });

  it('is refused with a weak password, which names the field', async () => {
    expect(await refusalOf(prepare({ password: 'Password1234' }))).toMatchObject({
      reason: 'password-weak',
      field: 'password',
    });
  });
});
