import { useEffect, useRef, type ReactElement } from 'react';

/** What somebody gets to keep. */
export function Received({ reference }: { readonly reference: string }): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="note good">
      <h2 ref={heading} tabIndex={-1}>
        We have your request
      </h2>
      <p>We answer by mail. If you write to us about it, name this reference:</p>
      <p>
        <code>{reference}</code>
      </p>
    </section>
  );
}
