import {
  addMember,
  breakGlass,
  changeMemberRole,
  createApiKey,
  endMemberAccess,
  type EndMemberAccessRequest,
  grantSupportAccess,
  listMemberAccesses,
  listMembers,
  type Member,
  removeMember,
  revokeApiKey,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import type { GrantEntry, KeyEntry } from '@tenantry/messaging';
import { IdentityFixture, refusalOf, type Caller } from '../identity.fixture.js';

const HOUR_MS = 3_600_000;

/** An access as a line of the answer. */
interface Line {
  readonly kind: string;
  readonly id: string;
  readonly holderId: string | null;
  readonly role: string | null;
  readonly permissions: readonly string[];
  readonly grantedBy: string | null;
  readonly grantedAt: string;
}

describe('Accesses as reviews find them', () => {
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

  const add = (to: Caller, role = 'staff'): Promise<Member> =>
    to.call(addMember, { email: `person-${newId()}@example.com`, role });
  const lines = async ({ tenantId }: Caller): Promise<Line[]> =>
    (await identity.stream(listMemberAccesses, {}, tenantId))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  const key = (of: Caller, scopes: string[], facts: Partial<TenantContext> = {}) =>
    of.call(createApiKey, { name: 'one', kind: 'secret', scopes }, facts);
  const byReview: Partial<TenantContext> = {
    ...{ actor: { kind: 'service', id: 'compliance', role: null }, permissions: [], onBehalfOf: 'the reviewer' },
  };
  const end = (of: Caller, wish: Partial<EndMemberAccessRequest>) => of.call(endMemberAccess, wish, byReview);
  const endMember = (of: Caller, { userId: id, joinedAt: grantedAt }: Member, role: string | null = null) =>
    end(of, { kind: 'member', id, grantedAt, role });

  it('are members, living keys and open grants of one tenant', async () => {
    const member = await add(a);
    await add(b);
    const [living, revoked] = [await key(a, ['members.read']), await key(a, ['members.read'])];
    await a.call(revokeApiKey, { id: revoked.id });
    const expiresAt = new Date(identity.clock.now().getTime() + HOUR_MS);
    const grant = await a.call(grantSupportAccess, { reason: 'Ticket', tables: ['people'], expiresAt });
    expect(await lines(a)).toEqual([
      expect.objectContaining({ kind: 'api_key', id: living.id, holderId: a.userId, permissions: ['members.read'] }),
      expect.objectContaining({ kind: 'member', id: member.userId, role: 'staff', email: member.email }),
      expect.objectContaining({ kind: 'support_grant', id: grant.id, permissions: ['read', 'people'] }),
    ]);
    identity.clock.advance(HOUR_MS);
    expect((await lines(a)).map(({ kind }) => kind)).toEqual(['api_key', 'member']);
    expect(await lines(b)).toHaveLength(1);
  });

  it('name who gave them, behind keys that made keys', async () => {
    const first = await key(a, ['*']);
    const asKey = (id: string) => ({ actor: { kind: 'key', id, role: null } as const, permissions: ['*'] });
    const second = await key(a, ['members.*'], asKey(first.id));
    const member = await a.call(addMember, { email: 'by-key@example.com', role: 'staff' }, asKey(second.id));
    const other = identity.as(a.tenantId, 'owner');
    const changed = await add(a);
    await other.call(changeMemberRole, { userId: changed.userId, role: 'manager' });
    const found = new Map((await lines(a)).map((one) => [one.id, one]));
    expect(found.get(second.id)).toMatchObject({ grantedBy: a.userId, holderId: a.userId });
    expect(found.get(member.userId)).toMatchObject({ grantedBy: a.userId });
    expect(found.get(changed.userId)).toMatchObject({ grantedBy: other.userId, role: 'manager' });
  });

  it('end with the directory’s entry and an event, once, without the reviewer’s having the right', async () => {
    const member = await add(a, 'admin');
    const { id } = await key(a, ['members.read']);
    expect(await endMember(a, member)).toMatchObject({ changed: true, isGone: true, role: null });
    expect(await endMember(a, member)).toMatchObject({ changed: false, isGone: true });
    expect(await end(a, { kind: 'api_key', id, grantedAt: new Date() })).toMatchObject({ changed: true, isGone: true });
    expect(await end(a, { kind: 'api_key', id, grantedAt: new Date() })).toMatchObject({
      changed: false,
      isGone: true,
    });
    expect(await lines(a)).toEqual([]);
    expect(await identity.entry('members', member.userId)).toMatchObject({ memberships: [] });
    const names = (await identity.events(a.tenantId)).map(({ name }) => name);
    expect(names.filter((name) => ['MemberRemoved', 'ApiKeyRevoked'].includes(name))).toHaveLength(2);
    const entry = await identity.database.admin<{ payload: { value: KeyEntry } }>(
      `select payload from identity.outbox where kind = 'directory' and payload->'value'->>'keyId' = $1 order by position desc limit 1`,
      [id],
    );
    expect(entry[0]?.payload.value.status).toBe('revoked');
  });

  it('are the emergency access of the platform’s staff while it is open, and a review shuts it', async () => {
    const staff = identity.as(PLATFORM_TENANT_ID, 'admin');
    const open = ({ tenantId }: Caller) =>
      staff.call(breakGlass, { tenantId, tables: ['orders'], reason: 'Orders hang since 3 a.m.' });
    const [access, foreign] = [await open(a), await open(b)];
    expect(await lines(a)).toEqual([
      expect.objectContaining({
        ...{ kind: 'break_glass', id: access.id, holderId: staff.userId, permissions: ['orders'] },
        expiresAt: access.endsAt.toISOString(),
      }),
    ]);
    const wish = { kind: 'break_glass', grantedAt: access.openedAt };
    expect(await end(a, { ...wish, id: foreign.id })).toMatchObject({ changed: false });
    expect(await end(a, { ...wish, id: access.id })).toMatchObject({ changed: true, isGone: true });
    expect(await end(a, { ...wish, id: access.id })).toMatchObject({ changed: false, isGone: true });
    expect(await lines(a)).toEqual([]);
    expect(await lines(b)).toHaveLength(1);
    expect(await identity.entry<GrantEntry>('grants', access.id)).toBeNull();
    const ended = (await identity.events(a.tenantId)).filter(({ name }) => name === 'BreakGlassEnded');
    expect(ended).toHaveLength(1);
  });

  it('are narrowed, never widened', async () => {
    const member = await add(a, 'manager');
    expect(await endMember(a, member, 'staff')).toMatchObject({ changed: true, isGone: false, role: 'staff' });
    for (const role of ['manager', 'admin', 'owner', 'compliance'])
      expect(await refusalOf(endMember(a, member, role))).toMatchObject({ reason: 'forbidden' });
    expect((await a.call(listMembers, {})).data).toMatchObject([{ userId: member.userId, role: 'staff' }]);
    expect((await lines(a))[0]).toMatchObject({ grantedBy: 'the reviewer' });
  });

  it('stay when they are another tenant’s, or were given again after the review', async () => {
    const member = await add(a);
    expect(await endMember(b, member)).toMatchObject({ changed: false, isGone: true });
    const { id } = await key(a, ['members.read']);
    expect(await end(b, { kind: 'api_key', id, grantedAt: new Date() })).toMatchObject({ changed: false });
    expect(await lines(a)).toHaveLength(2);
    await a.call(removeMember, { userId: member.userId });
    identity.clock.advance(1_000);
    await a.call(addMember, { email: member.email, role: 'staff' });
    expect(await endMember(a, member)).toMatchObject({ changed: false, isGone: true });
    expect((await a.call(listMembers, {})).data).toHaveLength(1);
  });

  it('of a last owner do not end', async () => {
    const owner = await add(a, 'owner');
    expect(await refusalOf(endMember(a, owner))).toMatchObject({ reason: 'last-owner' });
    expect(await refusalOf(endMember(a, owner, 'staff'))).toMatchObject({ reason: 'last-owner' });
    expect((await a.call(listMembers, {})).data).toHaveLength(1);
  });
});
