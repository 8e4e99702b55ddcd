import { useEffect, type FormEvent, type ReactElement } from 'react';
import { useMutation } from '@tanstack/react-query';
import { Refused } from '../api/call.js';
import { useSession } from '../api/use-api.js';
import { Field, type FieldSpec } from '../ui/fields.js';
import { ProblemNote } from '../ui/problem-note.js';

const FIELDS: readonly FieldSpec[] = [
  { name: 'email', label: 'E-mail address', kind: 'email', autoComplete: 'username' },
  { name: 'password', label: 'Password', kind: 'password', autoComplete: 'current-password' },
];

/** Signs staff in. */
export function SignIn(): ReactElement {
  const session = useSession();
  const attempt = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => session.signIn(email, password),
  });
  useEffect(() => void (document.title = 'Sign in · Privacy desk'), []);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    attempt.mutate({ email: String(given.get('email')), password: String(given.get('password')) });
  };
  return (
    <main id="main" className="alone">
      <h1>Privacy desk</h1>
      <p>Sign in to work on privacy requests.</p>
      <form onSubmit={submit}>
        {FIELDS.map((spec) => (
          <Field key={spec.name} spec={spec} />
        ))}
        <ProblemNote error={plain(attempt.error)} about="You are not signed in" />
        <button type="submit" className="main" disabled={attempt.isPending}>
          {attempt.isPending ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}

/** What is wrong with an attempt, in words for somebody who mistyped. */
function plain(error: Error | null): Error | null {
  if (!(error instanceof Refused) || error.problem.status !== 401) return error;
  const detail = 'The address or the password is wrong. Check both and try again.';
  return new Refused({ ...error.problem, title: 'not recognised', detail });
}
