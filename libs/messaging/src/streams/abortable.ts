/** What happens at the end of an abortable source. */
export interface AbortableEnd {
  /** Called once, however it ends. */
  readonly onEnd?: () => void;
  /** What the reader gets instead of an error of the source. */
  readonly mapError?: (error: unknown) => Error;
}

/**
 * The same pieces until the signal is aborted; then the reader gets the signal's reason at once, even while the source
 * itself is waiting, and the source is told to stop.
 */
export function abortable(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  { onEnd, mapError }: AbortableEnd = {},
): AsyncIterableIterator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  const end = (): void => {
    if (!ended) onEnd?.();
    ended = true;
  };
  const stopSource = (): void => void Promise.resolve(iterator.return?.()).catch(() => undefined);

  const step = (): Promise<IteratorResult<Uint8Array>> =>
    new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        signal.removeEventListener('abort', onAbort);
        finish();
      };
      const onAbort = (): void => {
        stopSource();
        settle(() => reject(signal.reason as Error));
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort);
      iterator.next().then(
        (result) => settle(() => resolve(result)),
        (error: Error) => settle(() => reject(error)),
      );
    });

  return {
    async next() {
      try {
        const result = await step();
        if (result.done) end();
        return result;
      } catch (error) {
        end();
        throw mapError ? mapError(error) : error;
      }
    },
    return() {
      stopSource();
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
