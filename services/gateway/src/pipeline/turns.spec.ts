import { Turns } from './turns.js';

const one = { name: 'requests', atOnce: 1, patienceMs: 60_000 };
const two = { ...one, atOnce: 2 };

describe('turns', () => {
  it('run so many at once, then first come, first served', async () => {
    const turns = new Turns();
    const [first, second] = [await turns.take('a', two), await turns.take('a', two)];
    const began: string[] = [];
    const third = Promise.resolve(turns.take('a', two)).then((end) => (began.push('third'), end));
    const fourth = Promise.resolve(turns.take('a', two)).then((end) => (began.push('fourth'), end));
    expect(began).toEqual([]);
    second();
    const end = await third;
    expect(began).toEqual(['third']);
    end();
    (await fourth)();
    first();
    expect(began).toEqual(['third', 'fourth']);
  });

  it('of one key never wait for those of another', async () => {
    const turns = new Turns();
    const end = await turns.take('a', one);
    const waiting = turns.take('a', one);
    expect(waiting).toBeInstanceOf(Promise);
    expect(turns.take('b', one)).toBeInstanceOf(Function);
    end();
    (await waiting)();
  });

  it('are refused when too many wait, with the time to come back', async () => {
    const turns = new Turns();
    const end = await turns.take('a', one);
    const waiting = Array.from({ length: 8 }, async () => (await turns.take('a', one))());
    expect(() => turns.take('a', one)).toThrow(expect.objectContaining({ reason: 'rate-limited', retryAfterS: 1 }));
    end();
    await Promise.all(waiting);
    expect(turns.take('a', one)).toBeInstanceOf(Function);
  });

  it('end once: a turn that is ended twice frees one place', async () => {
    const turns = new Turns();
    const end = await turns.take('a', one);
    const [first, second] = [turns.take('a', one), turns.take('a', one)];
    end();
    end();
    const endFirst = await first;
    expect(await Promise.race([Promise.resolve(second), Promise.resolve('waits')])).toBe('waits');
    endFirst();
    (await second)();
  });

  it('are refused to whoever has waited too long, and then go to those who still wait', async () => {
    const turns = new Turns();
    const end = await turns.take('a', one);
    await expect(turns.take('a', { ...one, patienceMs: 1 })).rejects.toMatchObject({ reason: 'rate-limited' });
    const waiting = turns.take('a', one);
    end();
    (await waiting)();
  });
});
