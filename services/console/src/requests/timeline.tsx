import type { ReactElement } from 'react';
import type { PrivacyRequest, PrivacyRequestEntry } from '../api/contract.js';
import { usePages } from '../api/use-api.js';
import { useMembers } from '../desk/members.js';
import { Loading, MoreButton } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { momentText } from '../words/days.js';
import { sentence } from '../words/words.js';

/** Everything that happened to a request: it only grows, and it is the evidence. */
export function Timeline({ request }: { readonly request: PrivacyRequest }): ReactElement {
  const pages = usePages('listPrivacyRequestEntries', { requestId: request.id });
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">What happened</h2>
      <ProblemNote error={pages.error} about="The timeline can not be shown" />
      {!pages.items && !pages.error && <Loading what="the timeline" />}
      <ol className="timeline">
        {pages.items?.map((entry) => (
          <Entry key={entry.seq} entry={entry} timeZone={request.timeZone} />
        ))}
      </ol>
      <MoreButton pages={pages} what="entries" />
    </section>
  );
}

function Entry({ entry, timeZone }: { readonly entry: PrivacyRequestEntry; readonly timeZone: string }): ReactElement {
  const { nameOf } = useMembers();
  const { kind, at, actorKind, actorId, facts, text } = entry;
  const who = actorKind === 'user' ? nameOf(actorId) : actorKind === 'anonymous' ? 'the person' : actorKind;
  const said = Object.entries(facts).map(
    ([name, value]) => `${sentence(name).toLowerCase()}: ${factText(name, value, nameOf)}`,
  );
  return (
    <li>
      <p>
        <strong>{sentence(kind)}</strong> by {who}, <time dateTime={at}>{momentText(at, timeZone)}</time>
      </p>
      {said.length > 0 && <p className="aside">{said.join(' · ')}</p>}
      {text !== null && <blockquote className="words">{text}</blockquote>}
    </li>
  );
}

function factText(name: string, value: string, nameOf: (id: string) => string): string {
  return name.endsWith('Id') ? nameOf(value) : sentence(value).toLowerCase();
}
