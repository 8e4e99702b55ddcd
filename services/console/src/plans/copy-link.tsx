import { useEffect, useRef, type ReactElement } from 'react';
import type { AccessLink } from '../api/contract.js';
import { useMe } from '../api/use-api.js';
import { useMoments } from '../desk/moments.js';

/** What the person needs to fetch their copy, for the one time that it is shown. */
export function CopyLink({ link: { token, code, expiresAt } }: { readonly link: AccessLink }): ReactElement {
  const momentOf = useMoments();
  const { tenant } = useMe();
  const note = useRef<HTMLElement>(null);
  useEffect(() => note.current?.focus(), []);
  // After the # it is never sent to a server, so it is in nobody's log.
  const address = `${location.origin}/privacy/${tenant?.slug ?? ''}/download#${token}`;
  return (
    <section ref={note} className="note good" aria-labelledby="link" tabIndex={-1}>
      <h2 id="link">Give these to the person, by two different ways</h2>
      <label className="field">
        <span>Link, for example by mail</span>
        <input readOnly value={address} onFocus={(event) => event.target.select()} />
      </label>
      <label className="field">
        <span>Code, for example by phone</span>
        <input readOnly value={code} onFocus={(event) => event.target.select()} />
      </label>
      <p>They work once, until {momentOf(expiresAt)}. They are not shown again: a new release makes new ones.</p>
    </section>
  );
}
