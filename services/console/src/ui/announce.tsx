import { createContext, useCallback, useContext, useState, type ReactElement, type ReactNode } from 'react';

const Announce = createContext<(text: string) => void>(() => undefined);

/** Says what was done, to eyes and to screen readers, without taking the focus. */
export function Announcer({ children }: { readonly children: ReactNode }): ReactElement {
  const [said, say] = useState({ text: '', nth: 0 });
  const announce = useCallback((text: string) => say(({ nth }) => ({ text, nth: nth + 1 })), []);
  return (
    <Announce value={announce}>
      {children}
      <div className="announcement" role="status" aria-live="polite">
        {said.text !== '' && <p key={said.nth}>{said.text}</p>}
      </div>
    </Announce>
  );
}

export function useAnnounce(): (text: string) => void {
  return useContext(Announce);
}
