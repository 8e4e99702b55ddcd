/**
 * The body of an answer whose end must be noticed even when nobody ever begins to read it: a generator that was not started skips its
 * `finally`.
 */
export function answerBody(
  pieces: AsyncGenerator<Uint8Array>,
  onNeverRead: () => Promise<void>,
): AsyncIterableIterator<Uint8Array> {
  let isRead = false;
  let isOver = false;
  return {
    next() {
      isRead = true;
      return pieces.next();
    },
    async return() {
      if (!isRead && !isOver) {
        isOver = true;
        await onNeverRead();
      }
      return pieces.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
