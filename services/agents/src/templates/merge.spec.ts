import { merge } from './merge.js';

const merged = (old: unknown, fresh: unknown, own: unknown, take: string[] = []) =>
  merge(old, fresh, own, new Set(take));
const tool = (name: string, needsApproval = false) => ({ name, needsApproval });

describe('A template’s change, merged into a tenant’s configuration', () => {
  it('counts where the tenant has changed nothing, and leaves what the tenant has changed elsewhere', () => {
    const { value, changes } = merged(
      { model: 'a', temperature: 1, instructions: 'x' },
      { model: 'b', temperature: 1, instructions: 'x' },
      { model: 'a', temperature: 2, instructions: 'x' },
    );
    expect(value).toEqual({ model: 'b', temperature: 2, instructions: 'x' });
    expect(changes).toEqual([{ path: 'model', old: 'a', new: 'b', own: 'a', conflict: false }]);
  });

  it('gives way to the tenant’s own change of the same, unless the template’s is taken', () => {
    const [old, fresh, own] = [{ model: 'a' }, { model: 'b' }, { model: 'c' }];
    expect(merged(old, fresh, own)).toEqual({
      value: { model: 'c' },
      changes: [{ path: 'model', old: 'a', new: 'b', own: 'c', conflict: true }],
    });
    expect(merged(old, fresh, own, ['model']).value).toEqual({ model: 'b' });
    expect(merged(old, fresh, { model: 'b' }).changes).toMatchObject([{ conflict: false }]);
  });

  it('adds, changes and removes named things and texts one by one', () => {
    const old = { tools: [tool('a'), tool('b')], permissions: ['rows.read', 'meters.read'] };
    const fresh = { tools: [tool('a', true), tool('c')], permissions: ['rows.read', 'usage.read'] };
    const own = {
      tools: [tool('b'), tool('a'), tool('mine')],
      permissions: ['rows.read', 'meters.read', 'budgets.read'],
    };
    const { value, changes } = merged(old, fresh, own);
    expect(value).toEqual({
      tools: [tool('a', true), tool('mine'), tool('c')],
      permissions: ['rows.read', 'budgets.read', 'usage.read'],
    });
    expect(changes.map(({ path, conflict }) => [path, conflict])).toEqual([
      ['permissions.meters.read', false],
      ['permissions.usage.read', false],
      ['tools.a.needsApproval', false],
      ['tools.b', false],
      ['tools.c', false],
    ]);
  });

  it('is in conflict with a removal by the tenant of what it changes', () => {
    const [old, fresh, own] = [{ tools: [tool('a')] }, { tools: [tool('a', true)] }, { tools: [] }];
    expect(merged(old, fresh, own)).toMatchObject({
      value: { tools: [] },
      changes: [{ path: 'tools.a', conflict: true }],
    });
    expect(merged(old, fresh, own, ['tools.a']).value).toEqual({ tools: [tool('a', true)] });
  });

  it('fills lists that were empty', () => {
    expect(merged({ tools: [] }, { tools: [tool('a')] }, { tools: [] }).value).toEqual({ tools: [tool('a')] });
  });
});
