const AT_ONCE = 6;

/** Does jobs in their order, a few at a time. @throws what the first of them throws */
export async function doAtOnce(
  jobs: readonly (() => Promise<void>)[],
  progress: (done: number) => void = () => undefined,
): Promise<void> {
  let done = 0;
  const queue = jobs.values();
  const worker = async (): Promise<void> => {
    for (const job of queue) {
      await job();
      progress((done += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
