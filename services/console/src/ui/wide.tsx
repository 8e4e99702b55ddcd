import type { ReactElement, ReactNode } from 'react';

/** A table that may be wider than the window: the keyboard scrolls it too. */
export function Wide({ what, children }: { readonly what: string; readonly children: ReactNode }): ReactElement {
  return (
    <div className="wide" role="group" aria-label={`${what}, scrolls sideways`} tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}
