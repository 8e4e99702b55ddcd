import { newId } from '@tenantry/kernel';
import type { AccessRule, ColumnDefinition } from '../tables/table-definition.js';
import { ACTIONS, grantFor, policiesOf } from './access-rule.js';
import { principalOf, type Principal } from './principal.js';

const column = (name: string, classification: ColumnDefinition['classification'] = 'internal'): ColumnDefinition => ({
  name,
  type: 'text',
  nullable: true,
  default: null,
  unique: false,
  classification,
});

const table = (...access: AccessRule[]) => ({ access });

describe('access', () => {
  it.each<[Principal, readonly string[]]>([
    ['owner', ACTIONS],
    ['admin', ACTIONS],
    ['manager', ACTIONS],
    ['staff', ACTIONS],
    ['secret_key', ACTIONS],
    ['compliance', ['select']],
    ['agent', []],
    ['customer', []],
    ['public_key', []],
  ])('of %s is by default %j', (principal, actions) => {
    expect(ACTIONS.filter((action) => grantFor(table(), principal, action))).toEqual(actions);
  });

  it('is nothing for somebody unknown', () => {
    const actor = { kind: 'user', id: newId(), role: 'superhero' } as const;
    expect(principalOf({ grantId: null, actor })).toBeNull();
    const support = { actor: { ...actor, role: 'support' }, grantId: newId() } as const;
    expect(principalOf(support)).toBeNull();
    expect(principalOf({ ...support, grantId: null })).toBeNull();
    expect(principalOf({ grantId: null, actor: { ...actor, kind: 'key', role: null } })).toBeNull();
    expect(grantFor(table(), null, 'select')).toBeNull();
  });

  it('of those whom a table names is what it says of them, and no one else’s changes', () => {
    const rules = table(
      { to: ['customer'], actions: ['select', 'update'], columns: ['name'], rows: 'own' },
      { to: ['staff'], actions: ['select'], columns: null, rows: 'all' },
    );
    expect(grantFor(rules, 'customer', 'select')).toMatchObject({ rows: 'own' });
    expect(grantFor(rules, 'customer', 'delete')).toBeNull();
    expect(grantFor(rules, 'customer', 'select')?.covers(column('salary'))).toBe(false);
    expect(grantFor(rules, 'staff', 'delete')).toBeNull();
    expect(grantFor(rules, 'manager', 'delete')).toMatchObject({ rows: 'all' });
  });

  it('of a public key never covers what is about a person', () => {
    const grant = grantFor(
      table({ to: ['public_key'], actions: ['select'], columns: null, rows: 'all' }),
      'public_key',
      'select',
    );
    const covered = (['none', 'internal', 'personal', 'sensitive', 'phi', 'payment_token', 'secret'] as const).filter(
      (one) => grant?.covers(column('x', one)),
    );
    expect(covered).toEqual(['none', 'internal']);
  });

  it('becomes policies that say the same', () => {
    const { select, insert } = policiesOf(table({ to: ['customer'], actions: ['select'], columns: null, rows: 'own' }));
    expect(select.own).toEqual(['customer']);
    expect(select.all).toEqual(['owner', 'admin', 'manager', 'staff', 'compliance', 'secret_key', 'service']);
    expect(insert.own).toEqual([]);
    expect(insert.all).not.toContain('compliance');
  });
});
