import { getMe, getMyTenant, type Operation } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

const openTenantRead: Operation = {
  ...getMyTenant,
  name: 'ExportEverything',
  http: { ...getMyTenant.http!, path: '/v1/everything' },
  whenSuspended: true,
} as Operation;

describe('a tenant that may not go on', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let b: TestTenant;

  beforeEach(async () => {
    gateway = await TestGateway.start({ table: [getMyTenant, getMe, openTenantRead] as Operation[] });
    a = await gateway.tenant('chinook');
    b = await gateway.tenant('clinic');
    for (const operation of [getMyTenant, getMe, openTenantRead])
      gateway.services.answer(operation as Operation, () => ({}));
  });
  afterEach(() => gateway.close());

  const ask = async (token: string, url = '/v1/tenant', headers: Record<string, string> = {}) =>
    (await gateway.http.inject({ url, headers: { ...bearer(token), ...headers } })).statusCode;

  it('is refused from the next request on, and nobody else is', async () => {
    const key = gateway.key(a.id);
    expect([await ask(a.owner.token), await ask(key.secret)]).toEqual([200, 200]);
    gateway.setTenant(a.id, { status: 'suspended' });
    expect([await ask(a.owner.token), await ask(key.secret), await ask(b.owner.token)]).toEqual([423, 423, 200]);
    gateway.setTenant(a.id, { status: 'active' });
    expect([await ask(a.owner.token), await ask(key.secret)]).toEqual([200, 200]);
  });

  it('keeps what is left open to its owner and compliance staff, and their own affairs to everybody', async () => {
    gateway.setTenant(a.id, { status: 'suspended' });
    const as = (role: string) => gateway.person({ memberships: [{ tenantId: a.id, role }] });
    const [compliance, admin] = [await as('compliance'), await as('admin')];
    expect(await ask(a.owner.token, '/v1/everything')).toBe(200);
    expect(await ask(compliance.token, '/v1/everything')).toBe(200);
    expect(await ask(admin.token, '/v1/everything')).toBe(423);
    expect(await ask(gateway.key(a.id).secret, '/v1/everything')).toBe(423);
    expect(await ask(admin.token, '/v1/me')).toBe(200);
  });

  it('does not tell a stranger that it is suspended', async () => {
    gateway.setTenant(a.id, { status: 'suspended' });
    expect(await ask(b.owner.token, '/v1/tenant', { 'tenantry-tenant': 'chinook' })).toBe(404);
    expect(await ask(b.owner.token, '/v1/tenant', { 'tenantry-tenant': newId() })).toBe(404);
  });

  it.each(['provisioning', 'deactivated', 'failed'] as const)('says that it is %s', async (status) => {
    gateway.setTenant(a.id, { status });
    const answer = await gateway.http.inject({ url: '/v1/tenant', headers: bearer(a.owner.token) });
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([409, `This tenant is ${status}`]);
  });

  it('waits a moment for a tenant that was just provisioned', async () => {
    gateway.setTenant(a.id, { status: 'provisioning' });
    const answer = ask(a.owner.token);
    setImmediate(() => gateway.setTenant(a.id, { status: 'active' }));
    expect(await answer).toBe(200);
  });
});
