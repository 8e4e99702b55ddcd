import { chooseTenant, type Standing } from './session.js';

const memberships = [
  { tenantId: 'a', slug: 'chinook', role: 'owner', name: null },
  { tenantId: 'b', slug: 'clinic', role: 'staff', name: null },
];
const member: Standing = { platformRole: null, memberships };

describe('chooseTenant', () => {
  it('takes the tenant that was used last, else the first joined', () => {
    expect(chooseTenant(member, null, 'b')).toBe('b');
    expect(chooseTenant(member, null, 'left-long-ago')).toBe('a');
    expect(chooseTenant(member, null, null)).toBe('a');
  });

  it('takes the one that is wanted, by slug or id', () => {
    expect(chooseTenant(member, 'clinic', 'a')).toBe('b');
    expect(chooseTenant(member, 'b', 'a')).toBe('b');
  });

  it('gives platform staff no tenant unless they want one of theirs', () => {
    expect(chooseTenant({ platformRole: 'admin', memberships }, null, 'a')).toBeNull();
    expect(chooseTenant({ platformRole: 'admin', memberships }, 'chinook', null)).toBe('a');
  });

  it('gives nobody’s member no tenant', () => {
    expect(chooseTenant({ platformRole: null, memberships: [] }, null, 'a')).toBeNull();
  });

  it('says the same of another’s tenant and of none', () => {
    for (const wanted of ['somebody-else', '0192f000-0000-7000-8000-000000000000', '']) {
      expect(() => chooseTenant(member, wanted, null)).toThrow(expect.objectContaining({ reason: 'not-found' }));
    }
  });
});
