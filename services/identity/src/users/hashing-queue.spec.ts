import { HashingQueue } from './hashing-queue.js';

/** Work that ends when told to. */
function pieceOfWork() {
  let end = (_result: string): void => undefined;
  const done = new Promise<string>((resolve) => (end = resolve));
  return { work: () => done, end };
}

describe('HashingQueue', () => {
  it('refuses what exceeds its bounds at once and says when to come back', async () => {
    const queue = new HashingQueue(1, 1);
    const [first, second] = [pieceOfWork(), pieceOfWork()];
    const running = queue.run(first.work);
    const waiting = queue.run(second.work);

    await expect(queue.run(() => Promise.resolve('never'))).rejects.toMatchObject({
      reason: 'unavailable',
      retryAfterS: 1,
    });

    first.end('one');
    second.end('two');
    expect(await Promise.all([running, waiting])).toEqual(['one', 'two']);
  });

  it('never runs more than its limit at a time, and everything in the end', async () => {
    const queue = new HashingQueue(2, 100);
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
    };
    await Promise.all(Array.from({ length: 50 }, () => queue.run(work)));
    expect({ most, running }).toEqual({ most: 2, running: 0 });
  });

  it('gives its place back when the work fails', async () => {
    const queue = new HashingQueue(1, 0);
    await expect(queue.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(queue.run(() => Promise.resolve('yes'))).resolves.toBe('yes');
  });
});
