import { listStaff, login } from '@tenantry/contracts';
import { PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { RunningService } from '@tenantry/service';
import { IdentityFixture, refusalOf } from '../identity.fixture.js';
import { bootstrap } from './bootstrap.js';

describe('bootstrap', () => {
  let identity: IdentityFixture;
  let service: RunningService;

  beforeEach(async () => {
    identity = await IdentityFixture.start();
    service = { name: 'identity', get: (token: never) => identity.get(token) } as unknown as RunningService;
  });
  afterEach(() => identity?.stop());

  const staff = async () => (await identity.as(PLATFORM_TENANT_ID, 'super_admin').call(listStaff, {})).data;

  it('makes a super admin with a one-time password that signs in, once', async () => {
    const { created, oneTimePassword } = await bootstrap(service, { email: 'Admin@Example.com', password: null });
    expect(created).toBe(true);
    expect(await staff()).toEqual([expect.objectContaining({ email: 'admin@example.com', role: 'super_admin' })]);
    await expect(
      identity.anonymous(login, { email: 'admin@example.com', password: oneTimePassword! }),
    ).resolves.toBeDefined();

    expect(await bootstrap(service, { email: 'other@example.com', password: null })).toEqual({
      created: false,
      oneTimePassword: null,
    });
    expect(await staff()).toHaveLength(1);
    expect(await identity.database.count('identity.person')).toBe(1);
  });

  it('takes the operator’s password and never says it', async () => {
    const password = 'operators-choice';
    expect(await bootstrap(service, { email: 'admin@example.com', password })).toEqual({
      created: true,
      oneTimePassword: null,
    });
    await expect(identity.anonymous(login, { email: 'admin@example.com', password })).resolves.toBeDefined();
  });

  it('refuses an operator’s password that is too short, and makes nobody', async () => {
    expect(await refusalOf(bootstrap(service, { email: 'admin@example.com', password: 'short' }))).toMatchObject({
      reason: 'password-weak',
      field: 'TENANTRY_ADMIN_PASSWORD',
    });
    expect(await staff()).toEqual([]);
  });

  it('makes one admin when two processes start at the same time', async () => {
    const admin = { email: 'admin@example.com', password: null };
    const outcomes = await Promise.all([bootstrap(service, admin), bootstrap(service, admin)]);
    expect(outcomes.filter(({ created }) => created)).toHaveLength(1);
    expect(await staff()).toHaveLength(1);
  });

  it('sends no link to an admin who has a password', async () => {
    await bootstrap(service, { email: 'admin@example.com', password: null });
    await identity.deliverOwnEvents();
    expect(identity.mails()).toEqual([]);
  });
});
