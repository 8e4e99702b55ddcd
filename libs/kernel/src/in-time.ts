/**
 * Waits for work, but not for ever. What comes too late goes on unobserved.
 * @throws the error that `late` makes once `timeoutMs` have passed
 */
export async function inTime<T>(work: PromiseLike<T>, timeoutMs: number, late: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), timeoutMs);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
