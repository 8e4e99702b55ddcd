import { getMyTenant, readRows } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { GrantEntry } from '@tenantry/messaging';
import { bearer, TestGateway, type TestPerson, type TestTenant } from '../testing/test-gateway.fixture.js';

describe('support by a grant of the tenant', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let b: TestTenant;
  let staff: TestPerson;
  let id: string;

  beforeAll(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
    b = await gateway.tenant('clinic');
    staff = await gateway.person({ platformRole: 'admin' });
    gateway.services.answer(readRows, ({ ctx }) => ({
      tenantId: ctx.tenantId,
      actor: ctx.actor,
      grantId: ctx.grantId,
      grant: ctx.grant,
    }));
    gateway.services.answer(getMyTenant, () => ({}));
  });
  afterAll(() => gateway.close());
  beforeEach(() => {
    id = give();
  });

  function give(facts: Partial<GrantEntry> = {}): string {
    const grantId = newId();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    gateway.directories.grants.put(grantId, {
      version: 1,
      tenantId: a.id,
      tables: ['people'],
      access: 'read',
      expiresAt,
      staffId: null,
      ...facts,
    });
    return grantId;
  }
  const ask = async (token: string, headers: Record<string, string>, url = '/rest/v1/people') => {
    const answer = await gateway.http.inject({
      url,
      headers: { host: 'localhost:8080', ...bearer(token), ...headers },
    });
    return answer.statusCode === 200 ? answer.json<Record<string, unknown>>() : answer.statusCode;
  };
  const by = (grant: string, tenant = 'chinook') => ({ 'tenantry-tenant': tenant, 'tenantry-grant': grant });

  it('signs who it is, for which tenant, and what the grant covers', async () => {
    expect(await ask(staff.token, by(id))).toMatchObject({
      tenantId: a.id,
      actor: { kind: 'user', id: staff.id, role: 'support' },
      grantId: id,
      grant: { tables: ['people'], access: 'read', expiresAtMs: expect.any(Number) },
    });
  });

  it('opens rows and nothing else of the tenant', async () => {
    expect(await ask(staff.token, by(id), '/v1/tenant')).toBe(403);
    const write = await gateway.http.inject({
      method: 'DELETE',
      url: '/rest/v1/people?id=eq.1',
      headers: { host: 'localhost:8080', ...bearer(staff.token), ...by(id) },
    });
    expect(write.statusCode).toBe(403);
  });

  it.each<[string, () => [string, Record<string, string>]]>([
    ['a grant of nobody', () => [staff.token, by(newId())]],
    ['something that is no grant', () => [staff.token, by('x')]],
    ['another tenant than the grant’s', () => [staff.token, by(id, 'clinic')]],
    ['no tenant', () => [staff.token, { 'tenantry-grant': id }]],
    ['a grant that has expired', () => [staff.token, by(give({ expiresAt: new Date(Date.now() - 1).toISOString() }))]],
    ['a grant for somebody else', () => [staff.token, by(give({ staffId: newId() }))]],
    ['somebody who is not of the platform', () => [b.owner.token, by(id)]],
    ['a member of the tenant', () => [a.owner.token, by(id)]],
  ])('is a 404 with %s', async (_, request) => {
    expect(await ask(...request())).toBe(404);
  });

  it('is not for those of the platform who only look on', async () => {
    const viewer = await gateway.person({ platformRole: 'viewer' });
    expect(await ask(viewer.token, by(id))).toBe(404);
  });

  it('ends with the grant, for requests and for contexts that were signed before', async () => {
    expect(await ask(staff.token, by(id))).toMatchObject({ grantId: id });
    gateway.directories.revocations.put(id, { version: 1, expiresAt: new Date(Date.now() + 60_000).toISOString() });
    expect(await ask(staff.token, by(id))).toBe(403);
  });
});
