import { useEffect, useRef, type ReactElement } from 'react';
import { Refused, type Problem } from '../api/call.js';

/** What went wrong and what to do about it; it takes the focus, so that nobody looks for what happened. */
export function ProblemNote({
  error,
  about,
}: {
  readonly error: Error | null;
  readonly about: string;
}): ReactElement | null {
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => note.current?.focus(), [error]);
  if (!error) return null;
  const problem = error instanceof Refused ? error.problem : null;
  return (
    <div ref={note} className="note problem" role="alert" tabIndex={-1}>
      <p className="note-title">
        {about}: {problem?.title ?? 'Something unexpected happened'}
      </p>
      <p>{problem ? whatToDo(problem) : error.message}</p>
      {problem && problem.errors.length > 0 && (
        <ul>
          {problem.errors.map(({ field, message }) => (
            <li key={`${field} ${message}`}>
              {field}: {message}
            </li>
          ))}
        </ul>
      )}
      {problem?.requestId && <p className="aside">Reference for support: {problem.requestId}</p>}
    </div>
  );
}

function whatToDo({ status, detail, retryAfterS }: Problem): string {
  if (status === 429) return `${detail}. Try again ${retryAfterS ? `in ${waitText(retryAfterS)}` : 'later'}.`;
  if (status === 404) return 'It is not there, or not yours to see. Check the address, or go back to the list.';
  return detail;
}

function waitText(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? 'a second' : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}
