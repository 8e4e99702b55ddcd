import {
  addMember,
  createUserProfile,
  ensureUserProfile,
  getUserProfile,
  grantSchemaAccess,
  promoteToAdmin,
  revokeAdmin,
  revokeSchemaAccess,
} from '@tenantry/contracts';
import { IdentityFixture, refusalOf, type Caller } from '../identity.fixture.js';

describe('functions on people', () => {
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

  it('create_user_profile makes a profile that get_user_profile gives its own tenant only', async () => {
    const made = await a.call(createUserProfile, { email: 'Ada@example.com', full_name: 'Ada' });
    expect(made).toMatchObject({ tenant_id: a.tenantId, email: 'ada@example.com', full_name: 'Ada', role: 'staff' });
    expect(await a.call(getUserProfile, { user_id: made.user_id })).toEqual(made);
    expect(await refusalOf(b.call(getUserProfile, { user_id: made.user_id }))).toMatchObject({ reason: 'not-found' });
  });

  it('ensure_user_profile gives members their own profile, and strangers nothing', async () => {
    const { userId } = await a.call(addMember, { email: 'eve@example.com', role: 'customer' });
    expect(await identity.as(a.tenantId, 'customer', userId).call(ensureUserProfile, {})).toMatchObject({
      user_id: userId,
      role: 'customer',
    });
    expect(await refusalOf(identity.as(b.tenantId, 'customer', userId).call(ensureUserProfile, {}))).toMatchObject({
      reason: 'not-found',
    });
  });

  it('grant_schema_access done twice equals once, and revoke_schema_access ends it', async () => {
    const granted = await a.call(grantSchemaAccess, { email: 'gus@example.com' });
    expect(await a.call(grantSchemaAccess, { email: 'gus@example.com' })).toEqual(granted);
    expect(await a.call(grantSchemaAccess, { email: 'gus@example.com', role: 'manager' })).toMatchObject({
      role: 'manager',
    });
    expect(await a.call(revokeSchemaAccess, { user_id: granted.user_id })).toMatchObject({ user_id: granted.user_id });
    expect(await refusalOf(a.call(getUserProfile, { user_id: granted.user_id }))).toMatchObject({
      reason: 'not-found',
    });
  });

  it('promote_to_admin and revoke_admin change the role under the rules of roles', async () => {
    const { user_id } = await a.call(createUserProfile, { email: 'pia@example.com' });
    expect(await a.call(promoteToAdmin, { user_id })).toMatchObject({ role: 'admin' });
    expect(await a.call(revokeAdmin, { user_id })).toMatchObject({ role: 'staff' });
    expect(await refusalOf(a.call(revokeAdmin, { user_id }))).toMatchObject({ reason: 'conflict' });
    expect(await refusalOf(b.call(promoteToAdmin, { user_id }))).toMatchObject({ reason: 'not-found' });
  });

  it('promote_to_admin leaves an owner owner', async () => {
    const { user_id } = await a.call(createUserProfile, { email: 'own@example.com', role: 'owner' });
    expect(await a.call(promoteToAdmin, { user_id })).toMatchObject({ role: 'owner' });
  });

  it('revoke_schema_access keeps the last owner', async () => {
    const { user_id } = await a.call(createUserProfile, { email: 'last@example.com', role: 'owner' });
    expect(await refusalOf(a.call(revokeSchemaAccess, { user_id }))).toMatchObject({ reason: 'last-owner' });
  });
});
