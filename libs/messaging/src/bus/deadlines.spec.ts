import { Deadlines } from './deadlines.js';
import { Lru } from './lru.js';

describe('deadlines', () => {
  it('come due once, never early, unless called off', async () => {
    const deadlines = new Deadlines();
    const startedAtMs = Date.now();
    const due: [string, number][] = [];
    const set = (name: string, afterMs: number) =>
      deadlines.set(startedAtMs + afterMs, () => due.push([name, Date.now() - startedAtMs]));
    set('b', 60);
    set('a', 25);
    const never = set('never', 40);
    set('past', -1_000);
    deadlines.callOff(never);
    await new Promise<void>((resolve) => deadlines.set(startedAtMs + 90, resolve));
    expect(due.map(([name]) => name).toSorted()).toEqual(['a', 'b', 'past']);
    expect(due.every(([name, atMs]) => atMs >= { past: 0, a: 25, b: 60 }[name as 'a'])).toBe(true);
    deadlines.close();
  });
});

describe('an LRU', () => {
  it('keeps what was used last', () => {
    const lru = new Lru<string, number>(2);
    lru.set('a', 1);
    lru.set('b', 2);
    expect(lru.get('a')).toBe(1);
    lru.set('c', 3);
    expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, undefined, 3]);
  });
});
