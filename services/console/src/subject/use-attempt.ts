import { useState } from 'react';

interface Attempt {
  readonly error: Error | null;
  readonly isRunning: boolean;
}

/** Something that may be refused: whether it runs, and what the last refusal said. */
export function useAttempt(): [Attempt, (work: () => Promise<void>) => void] {
  const [attempt, setAttempt] = useState<Attempt>({ error: null, isRunning: false });
  const run = (work: () => Promise<void>): void => {
    setAttempt({ error: null, isRunning: true });
    work().then(
      () => setAttempt({ error: null, isRunning: false }),
      (error: unknown) => setAttempt({ error: error as Error, isRunning: false }),
    );
  };
  return [attempt, run];
}
