import { HashingQueue } from './hashing-queue.js';

/** Work that ends when told to. */
function pieceOfWork() {
  let end = (_result: string): void => undefined;
  const done = new Promise<string>((resolve) => (end = resolve));
  return { work: () => done, end };
}

const never = () => Promise.resolve('never');
const tooMany = { reason: 'unavailable', retryAfterS: 1 };

describe('HashingQueue', () => {
  it('refuses what exceeds its bounds at once and says when to come back', async () => {
    const queue = new HashingQueue({ running: 1, waiting: 1, waitingOfOne: 1 });
    const [first, second] = [pieceOfWork(), pieceOfWork()];
    const running = queue.run('a', first.work);
    const waiting = queue.run('b', second.work);

    await expect(queue.run('c', never)).rejects.toMatchObject(tooMany);

    first.end('one');
    second.end('two');
    expect(await Promise.all([running, waiting])).toEqual(['one', 'two']);
  });

  it('keeps a place for others when one origin sends more than its share', async () => {
    const queue = new HashingQueue({ running: 1, waiting: 3, waitingOfOne: 2 });
    const first = pieceOfWork();
    const flood = (work: () => Promise<string>) => queue.run('flood', work);
    const running = [flood(first.work), flood(() => Promise.resolve('one')), flood(() => Promise.resolve('two'))];
    await expect(queue.run('flood', never)).rejects.toMatchObject(tooMany);
    const other = queue.run('other', () => Promise.resolve('other'));
    first.end('first');
    expect(await Promise.all([...running, other])).toEqual(['first', 'one', 'two', 'other']);
  });

  it('lets origins take turns: who sends one waits for one of who sends many', async () => {
    const queue = new HashingQueue({ running: 1, waiting: 10, waitingOfOne: 10 });
    const first = pieceOfWork();
    const order: string[] = [];
    const note = (what: string) => () => Promise.resolve(void order.push(what));
    const all = [
      queue.run('flood', first.work),
      ...['1', '2', '3'].map((n) => queue.run('flood', note(`flood ${n}`))),
      queue.run('other', note('other 1')),
      queue.run('third', note('third 1')),
      queue.run('other', note('other 2')),
    ];
    first.end('done');
    await Promise.all(all);
    expect(order).toEqual(['flood 1', 'other 1', 'third 1', 'flood 2', 'other 2', 'flood 3']);
  });

  it('never runs more than its limit at a time, and everything in the end', async () => {
    const queue = new HashingQueue({ running: 2, waiting: 100, waitingOfOne: 100 });
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
    };
    await Promise.all(Array.from({ length: 50 }, (_, i) => queue.run(`of ${i % 3}`, work)));
    expect({ most, running }).toEqual({ most: 2, running: 0 });
  });

  it('gives its place back when the work fails', async () => {
    const queue = new HashingQueue({ running: 1, waiting: 0, waitingOfOne: 0 });
    await expect(queue.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(queue.run('a', () => Promise.resolve('yes'))).resolves.toBe('yes');
  });
});
