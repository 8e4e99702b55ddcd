import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';

/** The heading of a page: the window is named after it, and whoever came by keyboard starts here. */
export function PageHeading({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Privacy desk`;
    heading.current?.focus();
  }, [title]);
  return (
    <header className="page-heading">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </header>
  );
}

/** What stands where something is still on its way. */
export function Loading({ what }: { readonly what: string }): ReactElement {
  return (
    <p className="loading" role="status">
      Loading {what}…
    </p>
  );
}

/** A list's way on. */
export function MoreButton({
  pages,
  what,
}: {
  readonly pages: { readonly hasNextPage: boolean; readonly isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  readonly what: string;
}): ReactElement | null {
  if (!pages.hasNextPage) return null;
  return (
    <button
      type="button"
      className="quiet"
      disabled={pages.isFetchingNextPage}
      onClick={() => void pages.fetchNextPage()}
    >
      {pages.isFetchingNextPage ? 'Loading…' : `Show more ${what}`}
    </button>
  );
}

/** A word that says how something stands; the colour says it again. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }): ReactElement {
  return <span className={`badge ${tone}`}>{children}</span>;
}

export type Tone = 'calm' | 'good' | 'warn' | 'bad';
