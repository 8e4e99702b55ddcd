import { createOrganization, createTenant, createTenantSchema, getMyTenant, type Tenant } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { TenantsFixture } from '../tenants.fixture.js';

describe('CreateTenant', () => {
  let t: TenantsFixture;
  beforeAll(async () => {
    t = await TenantsFixture.start();
  });
  afterAll(() => t?.stop());

  const send = async (fixture: TenantsFixture, wish: object, idempotencyKey?: string) => {
    const reply = await fixture.bus.send(createTenant as never, JSON.stringify(wish), fixture.staff(), {
      idempotencyKey,
    });
    return { status: reply.status, tenant: JSON.parse(Buffer.from(reply.payload).toString()) as Tenant };
  };

  it('answers 202 when owner and data space take longer than it waits', async () => {
    const wish = t.wish();
    expect(await send(t, wish)).toMatchObject({ status: 202, tenant: { slug: wish.slug, status: 'provisioning' } });
  });

  it('keeps what was wished, and shows it to the tenant’s own people', async () => {
    const wish = { name: ' Chinook ', isolation: 'schema', timezone: 'Europe/Berlin', region: 'eu', industry: 'Music' };
    const tenant = await t.createOpen(wish);
    expect(tenant).toMatchObject({ ...wish, name: 'Chinook', status: 'active' });
    expect(await t.call(getMyTenant, {}, testContext(tenant.id))).toEqual(tenant);
  });

  it('asks for owner and data space in the tenant’s own trail, by reference and never with the password or address', async () => {
    const { id } = await t.createWaiting({ ownerPassword: 'violet anchors drift', ownerEmail: 'grace@example.com' });
    expect(t.identity.asked.at(-1)).toEqual({
      tenantId: id,
      email: 'grace@example.com',
      password: 'violet anchors drift',
    });
    const [request] = await t.events(id);
    expect(request).toMatchObject({
      name: 'TenantRequested',
      data: { tenantId: id, mode: 'pool', ownerPasswordSet: true, attempt: 1, version: '1' },
      changes: [{ resource: 'tenant', id, action: 'insert', new: { status: 'provisioning', isolation: 'pool' } }],
      meta: { actor: { id: t.staffId }, platformActor: true, action: 'tenant.requested' },
    });
    const everywhere = await t.db.admin('select payload::text || headers::text as text from tenants.outbox');
    expect(JSON.stringify(everywhere)).not.toMatch(/violet|grace/);
  });

  it.each([
    ['a slug that can not be one', { slug: 'Not a slug' }, 'invalid-input', 'slug'],
    ['a reserved slug', { slug: 'admin' }, 'slug-reserved', 'slug'],
    ['a name of blanks', { name: '   ' }, 'invalid-input', 'name'],
    ['an unknown isolation', { isolation: 'galaxy' }, 'invalid-input', 'isolation'],
    ['a time zone nobody knows', { timezone: 'Mars/Olympus' }, 'invalid-input', 'timezone'],
    ['an address that is none', { ownerEmail: 'nobody' }, 'invalid-input', 'ownerEmail'],
    ['a password that identity refuses', { ownerPassword: 'password' }, 'password-weak', 'ownerPassword'],
    ['an organization that does not exist', { organizationId: newId() }, 'invalid-input', 'organizationId'],
    ['a sandbox of nobody', { sandboxOf: newId() }, 'invalid-input', 'sandboxOf'],
  ] as const)('refuses %s, names the field and registers nothing', async (_what, more, reason, field) => {
    const before = await t.db.count('tenants.tenant');
    await expect(t.call(createTenant, t.wish(more))).rejects.toBeFault(reason, { field });
    expect(await t.db.count('tenants.tenant')).toBe(before);
  });

  it('never gives a slug twice, also not when both ask at the same time', async () => {
    const slug = `twice-${newId().slice(-8)}`;
    const results = await Promise.allSettled([t.createWaiting({ slug }), t.createWaiting({ slug })]);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => reason as unknown)).toEqual([
      expect.objectContaining({ reason: 'slug-taken', errors: [expect.objectContaining({ field: 'slug' })] }),
    ]);
  });

  it('makes one tenant of a request that comes again with its Idempotency-Key, and tells how it is by now', async () => {
    const wish = t.wish();
    const first = await send(t, wish, 'key-1');
    expect(first.status).toBe(202);
    await t.answerAll(first.tenant.id);
    expect(await send(t, wish, 'key-1')).toMatchObject({
      status: 201,
      tenant: { id: first.tenant.id, status: 'active' },
    });
    expect(await t.eventNames(first.tenant.id)).toEqual(['TenantRequested', 'TenantActivated']);
  });

  it('joins an organization, and can be a sandbox of a tenant that is none', async () => {
    const organization = await t.call(createOrganization, { name: `Holding ${newId()}` });
    const live = await t.createWaiting({ organizationId: organization.id });
    expect(live.organizationId).toBe(organization.id);
    const sandbox = await t.createWaiting({ sandboxOf: live.id });
    expect(sandbox.sandboxOf).toBe(live.id);
    await expect(t.createWaiting({ sandboxOf: sandbox.id })).rejects.toBeFault('invalid-input', { field: 'sandboxOf' });
  });

  it('is the function create_tenant_schema as well, spelled its way', async () => {
    const wish = { slug: `fn-${newId().slice(-8)}`, name: 'Function', owner_email: 'ada@example.com' };
    expect(await t.call(createTenantSchema, wish)).toMatchObject({
      slug: wish.slug,
      isolation: 'schema',
      status: 'provisioning',
    });
    await expect(
      t.call(createTenantSchema, { ...wish, slug: `${wish.slug}-2`, owner_password: 'password' }),
    ).rejects.toBeFault('password-weak', { field: 'owner_password' });
  });

  it('is not for tenants', async () => {
    const { id } = await t.createOpen();
    await expect(t.call(createTenant, t.wish(), testContext(id))).rejects.toMatchObject({
      reason: expect.stringMatching(/forbidden|not-found/),
    });
  });

  describe('where it waits, and staff may not choose passwords', () => {
    let patient: TenantsFixture;
    beforeAll(async () => {
      patient = await TenantsFixture.start({ PROVISIONING_WAIT_MS: '10000', STAFF_SET_PASSWORDS: 'false' });
    });
    afterAll(() => patient?.stop());

    it('answers 201 as soon as owner and data space are there', async () => {
      const wish = patient.wish();
      const answer = send(patient, wish);
      await patient.answerAll(await patient.idOf(wish.slug!));
      expect(await answer).toMatchObject({ status: 201, tenant: { status: 'active' } });
    });

    it('answers as soon as one of them failed', async () => {
      const wish = patient.wish();
      const answer = send(patient, wish);
      await patient.spaceFailed(await patient.idOf(wish.slug!), 'the disk is full');
      expect(await answer).toMatchObject({ status: 202, tenant: { status: 'failed' } });
    });

    it('refuses a password from staff before anybody hears of it', async () => {
      const asked = patient.identity.asked.length;
      await expect(
        patient.call(createTenant, patient.wish({ ownerPassword: 'violet anchors drift' })),
      ).rejects.toBeFault('invalid-input', { field: 'ownerPassword' });
      expect(patient.identity.asked).toHaveLength(asked);
    });
  });
});
