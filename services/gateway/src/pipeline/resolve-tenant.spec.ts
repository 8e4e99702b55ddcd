import { getMe, getMyTenant, listTenants } from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { bearer, TestGateway, type TestPerson, type TestTenant } from '../testing/test-gateway.fixture.js';

describe('the tenant of a request', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let b: TestTenant;
  let both: TestPerson;
  let staff: TestPerson;

  beforeAll(async () => {
    gateway = await TestGateway.start({ settings: { BASE_DOMAIN: 'tenantry.test' } });
    a = await gateway.tenant('chinook', { hosts: ['shop.example.com'] });
    b = await gateway.tenant('clinic');
    both = await gateway.person({
      memberships: [
        { tenantId: a.id, role: 'staff' },
        { tenantId: b.id, role: 'owner' },
      ],
    });
    staff = await gateway.person({ platformRole: 'super_admin' });
    gateway.services.answer(getMyTenant, ({ ctx }) => ({ id: ctx.tenantId }));
    gateway.services.answer(getMe, ({ ctx }) => ({ tenantId: ctx.tenantId, role: ctx.actor.role }));
    gateway.services.answer(listTenants, ({ ctx }) => ({ tenantId: ctx.tenantId }));
  });
  afterAll(() => gateway.close());

  const ask = async (token: string, headers: Record<string, string> = {}, url = '/v1/tenant') => {
    const answer = await gateway.http.inject({
      url,
      headers: { host: 'localhost:8080', ...bearer(token), ...headers },
    });
    return answer.statusCode === 200
      ? answer.json<{ id?: string; tenantId?: string; role?: string }>()
      : answer.statusCode;
  };

  it('is the one of the token unless another of the person’s is chosen', async () => {
    expect(await ask(both.token)).toEqual({ id: a.id });
    for (const name of ['clinic', 'CLINIC', b.id, b.id.toUpperCase()]) {
      expect(await ask(both.token, { 'tenantry-tenant': name })).toEqual({ id: b.id });
    }
    expect(await ask(both.token, { host: 'clinic.tenantry.test:8080' })).toEqual({ id: b.id });
    expect(await ask(both.token, { host: 'SHOP.example.com' })).toEqual({ id: a.id });
  });

  it('brings the role that the person has there', async () => {
    expect(await ask(both.token, {}, '/v1/me')).toMatchObject({ role: 'staff' });
    expect(await ask(both.token, { 'tenantry-tenant': 'clinic' }, '/v1/me')).toMatchObject({ role: 'owner' });
  });

  it('is the only one of a person whose token names none', async () => {
    const person = await gateway.person({ memberships: [{ tenantId: b.id, role: 'owner' }] }, { ten: null });
    expect(await ask(person.token)).toEqual({ id: b.id });
  });

  it('must be named by a person of several whose token names none', async () => {
    const memberships = [
      { tenantId: a.id, role: 'owner' },
      { tenantId: b.id, role: 'owner' },
    ];
    const person = await gateway.person({ memberships }, { ten: null });
    expect(await ask(person.token)).toBe(422);
  });

  it.each<[string, () => string, () => Record<string, string>]>([
    ['A’s owner naming B', () => a.owner.token, () => ({ 'tenantry-tenant': b.slug })],
    ['A’s owner naming B by id', () => a.owner.token, () => ({ 'tenantry-tenant': b.id })],
    ['A’s owner at B’s host', () => a.owner.token, () => ({ host: 'clinic.tenantry.test' })],
    ['A’s owner at a host of nobody', () => a.owner.token, () => ({ host: 'nobody.tenantry.test' })],
    ['A’s owner naming nobody', () => a.owner.token, () => ({ 'tenantry-tenant': 'nobody' })],
    ['A’s owner naming an unknown id', () => a.owner.token, () => ({ 'tenantry-tenant': newId() })],
    [
      'a member of both whose host and header disagree',
      () => both.token,
      () => ({ host: 'shop.example.com', 'tenantry-tenant': 'clinic' }),
    ],
    ['A’s key naming B', () => gateway.key(a.id).secret, () => ({ 'tenantry-tenant': b.slug })],
    ['A’s key at B’s host', () => gateway.key(a.id).secret, () => ({ host: 'clinic.tenantry.test' })],
  ])('is a 404 that tells nothing for %s', async (_, token, headers) => {
    const answer = await gateway.http.inject({ url: '/v1/tenant', headers: { ...bearer(token()), ...headers() } });
    const unknown = await gateway.http.inject({ url: '/v1/no-such-thing' });
    expect(answer.statusCode).toBe(404);
    expect({ ...answer.json<object>(), requestId: '' }).toEqual({ ...unknown.json<object>(), requestId: '' });
  });

  it('is lost the moment a person is no member any more', async () => {
    const person = await gateway.person({ memberships: [{ tenantId: a.id, role: 'owner' }] });
    expect(await ask(person.token)).toEqual({ id: a.id });
    gateway.setMember(person.id, { memberships: [] });
    expect(await ask(person.token)).toBe(404);
  });

  it('is the platform for its staff, who get no tenant’s operations even when they choose one', async () => {
    expect(await ask(staff.token, {}, '/v1/tenants')).toEqual({ tenantId: PLATFORM_TENANT_ID });
    expect(await ask(staff.token, { 'tenantry-tenant': 'chinook' }, '/v1/tenants')).toEqual({
      tenantId: PLATFORM_TENANT_ID,
    });
    expect(await ask(staff.token, { 'tenantry-tenant': 'nobody' }, '/v1/tenants')).toBe(404);
    expect(await ask(staff.token, { 'tenantry-tenant': 'chinook' })).toBe(403);
    expect(await ask(staff.token)).toBe(422);
  });

  it('keeps platform operations from everybody else', async () => {
    expect(await ask(a.owner.token, {}, '/v1/tenants')).toBe(403);
    expect(await ask(gateway.key(a.id).secret, {}, '/v1/tenants')).toBe(403);
    expect(await ask(a.owner.token, { 'tenantry-tenant': 'clinic' }, '/v1/tenants')).toBe(404);
  });

  it('is the platform for what concerns only a person without a tenant', async () => {
    const nobody = await gateway.person();
    expect(await ask(nobody.token, {}, '/v1/me')).toEqual({ tenantId: PLATFORM_TENANT_ID, role: null });
    expect(await ask(nobody.token, { 'tenantry-tenant': 'chinook' }, '/v1/me')).toBe(404);
  });
});
