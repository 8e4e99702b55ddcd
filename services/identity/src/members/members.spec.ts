import {
  eraseMemberSubject,
  addMember,
  changeMemberRole,
  listMembers,
  removeMember,
  type Member,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { MemberEntry } from '@tenantry/messaging';
import { IdentityFixture, refusalOf, type Caller } from '../identity.fixture.js';

describe('members of a tenant', () => {
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

  let lastNumber = 0;
  const someEmail = () => `person-${++lastNumber}@example.com`;
  const add = (to: Caller, role = 'staff', email = someEmail()): Promise<Member> => to.call(addMember, { email, role });

  describe('AddMember', () => {
    it('adds a person whom the tenant sees and the other does not', async () => {
      const member = await a.call(addMember, { email: 'New@Example.com', name: ' Nora ', role: 'manager' });
      expect(member).toMatchObject({ email: 'new@example.com', name: 'Nora', role: 'manager' });
      expect((await a.call(listMembers, {})).data).toEqual([member]);
      expect((await b.call(listMembers, {})).data).toEqual([]);
    });

    it('finds the person again who belongs elsewhere, and shows neither tenant what the other knows', async () => {
      const email = someEmail();
      const atA = await a.call(addMember, { email, name: 'Nora of A', role: 'owner' });
      const atB = await b.call(addMember, { email: email.toUpperCase(), role: 'customer' });
      expect(atB).toMatchObject({ userId: atA.userId, name: null, role: 'customer' });
      expect((await a.call(listMembers, {})).data).toEqual([atA]);
    });

    it('refuses somebody who is a member already, and changes nothing', async () => {
      const member = await add(a);
      expect(await refusalOf(add(a, 'owner', member.email))).toMatchObject({ reason: 'member-exists', field: 'email' });
      expect((await a.call(listMembers, {})).data).toEqual([member]);
    });

    it('puts into the directory where the person belongs, with no name and no address', async () => {
      const { userId, email } = await add(a, 'manager');
      await add(b, 'customer', email);
      const entry = await identity.entry('members', userId);
      expect(entry).toEqual({
        version: 2,
        status: 'active',
        platformRole: null,
        memberships: [
          { tenantId: a.tenantId, role: 'manager' },
          { tenantId: b.tenantId, role: 'customer' },
        ],
      });
    });

    it('loses no membership when two tenants add a person at the same time', async () => {
      const email = someEmail();
      const [{ userId }] = await Promise.all([add(a, 'staff', email), add(b, 'staff', email)]);
      expect((await identity.entry<MemberEntry>('members', userId))?.memberships).toHaveLength(2);
    });

    it('announces the member in the trail of the tenant, without the address', async () => {
      const { userId, email } = await add(a);
      const events = await identity.events(a.tenantId);
      expect(events).toEqual([
        expect.objectContaining({ name: 'MemberAdded', data: { personId: userId, role: 'staff' } }),
      ]);
      expect(events[0]?.changes).toHaveLength(1);
      expect(JSON.stringify(events)).not.toContain(email);
    });

    it('lets nobody give a role that may do more than theirs', async () => {
      const admin = identity.as(a.tenantId, 'admin');
      expect(await refusalOf(add(admin, 'owner'))).toMatchObject({ reason: 'forbidden', field: 'role' });
      await expect(add(admin, 'admin')).resolves.toBeDefined();
    });

    it('is refused while the tenant is suspended', async () => {
      await identity.setTenant(a.tenantId, { status: 'suspended' });
      expect(await refusalOf(add(a))).toMatchObject({ reason: 'tenant-suspended' });
      expect(await identity.database.count('identity.membership', a.tenantId)).toBe(0);
    });

    it('seals the address in the trail for those who may see it', async () => {
      const { userId, email } = await add(a);
      const [change] = (await identity.events(a.tenantId))[0]!.changes as {
        new: { email: { sealed: string; commitment: string } };
      }[];
      const place = { table: 'member', column: 'email', row: userId };
      const { sealed } = change!.new.email;
      const open = async (): Promise<string | undefined> =>
        (await identity.doors.subjects.open(a.tenantId, [{ place, sealed }]))[0];
      expect(JSON.parse((await open())!)).toEqual([expect.any(String), email]);
      const { keysDestroyed } = await a.call(eraseMemberSubject, { userId });
      expect(keysDestroyed).toHaveLength(1);
      expect(await open()).toBeUndefined();
    });

    it('refuses what is no address and no role, and names the field', async () => {
      expect(await refusalOf(add(a, 'staff', 'not an address'))).toMatchObject({
        reason: 'invalid-input',
        field: 'email',
      });
      expect(await refusalOf(add(a, 'super_admin'))).toMatchObject({ reason: 'invalid-input', field: 'role' });
    });
  });

  describe('ListMembers', () => {
    it('pages in the order of joining, with cursors that are worth nothing elsewhere', async () => {
      const members = [await add(a), await add(a), await add(a)];
      const first = await a.call(listMembers, { limit: 2 });
      const second = await a.call(listMembers, { limit: 2, cursor: first.nextCursor });
      expect([...first.data, ...second.data].map(({ userId }) => userId)).toEqual(members.map(({ userId }) => userId));
      expect(second.nextCursor).toBeNull();
      expect(await refusalOf(b.call(listMembers, { cursor: first.nextCursor }))).toMatchObject({
        reason: 'invalid-cursor',
        field: 'cursor',
      });
    });
  });

  describe('ChangeMemberRole', () => {
    it('gives the role, in the directory too', async () => {
      const { userId } = await add(a);
      expect(await a.call(changeMemberRole, { userId, role: 'admin' })).toMatchObject({ userId, role: 'admin' });
      expect((await identity.entry('members', userId))?.memberships).toEqual([{ tenantId: a.tenantId, role: 'admin' }]);
      expect((await identity.events(a.tenantId)).at(-1)).toMatchObject({
        name: 'MemberRoleChanged',
        data: { personId: userId, oldRole: 'staff', role: 'admin' },
      });
    });

    it('changes nothing and announces nothing when the role is the same', async () => {
      const { userId } = await add(a);
      await a.call(changeMemberRole, { userId, role: 'staff' });
      expect((await identity.events(a.tenantId)).map(({ name }) => name)).toEqual(['MemberAdded']);
    });

    it('keeps the last owner, and lets one of two go', async () => {
      const [one, two] = [await add(a, 'owner'), await add(a, 'owner')];
      await a.call(changeMemberRole, { userId: one.userId, role: 'staff' });
      expect(await refusalOf(a.call(changeMemberRole, { userId: two.userId, role: 'staff' }))).toMatchObject({
        reason: 'last-owner',
      });
    });

    it('lets no admin lay hands on an owner', async () => {
      const owner = await add(a, 'owner');
      await add(a, 'owner');
      const admin = identity.as(a.tenantId, 'admin');
      expect(await refusalOf(admin.call(changeMemberRole, { userId: owner.userId, role: 'staff' }))).toMatchObject({
        reason: 'forbidden',
      });
      expect(await refusalOf(admin.call(removeMember, { userId: owner.userId }))).toMatchObject({
        reason: 'forbidden',
      });
    });

    it('says the same of another tenant’s member and of nobody', async () => {
      const { userId } = await add(b);
      const others = await refusalOf(a.call(changeMemberRole, { userId, role: 'admin' }));
      expect(others).toEqual(await refusalOf(a.call(changeMemberRole, { userId: newId(), role: 'admin' })));
      expect(others.reason).toBe('not-found');
      expect((await b.call(listMembers, {})).data).toEqual([expect.objectContaining({ userId, role: 'staff' })]);
    });
  });

  describe('RemoveMember', () => {
    it('takes the person out of this tenant and leaves the other', async () => {
      const { userId, email } = await add(a);
      await add(b, 'staff', email);
      await a.call(removeMember, { userId });
      expect((await a.call(listMembers, {})).data).toEqual([]);
      expect((await identity.entry('members', userId))?.memberships).toEqual([{ tenantId: b.tenantId, role: 'staff' }]);
      expect((await identity.events(a.tenantId)).at(-1)).toMatchObject({
        name: 'MemberRemoved',
        data: { personId: userId },
      });
    });

    it('keeps one owner when two are removed at the same time', async () => {
      const owners = [await add(a, 'owner'), await add(a, 'owner')];
      const outcomes = await Promise.allSettled(owners.map(({ userId }) => a.call(removeMember, { userId })));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'last-owner' } });
      expect((await a.call(listMembers, {})).data).toHaveLength(1);
    });

    it('says the same of another tenant’s member and of nobody', async () => {
      const { userId } = await add(b);
      expect(await refusalOf(a.call(removeMember, { userId }))).toEqual(
        await refusalOf(a.call(removeMember, { userId: newId() })),
      );
      expect((await b.call(listMembers, {})).data).toHaveLength(1);
    });
  });
});
