import type { ReactElement } from 'react';
import { Link } from 'wouter';
import type { Incident } from '../api/contract.js';
import { may } from '../api/may.js';
import { useMe, useRead } from '../api/use-api.js';
import { useMembers } from '../desk/members.js';
import { useMoments } from '../desk/moments.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { FactEntries, type Fact } from '../ui/facts.js';
import { Badge, Loading, PageHeading } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { sentence } from '../words/words.js';
import { DutyBadge } from './duty-badge.js';
import { ASSESS, CLOSE, noticeOf } from './incident-actions.js';

/** One incident: what happened, whom it concerns, who must be told by when, and who was. */
export function IncidentPage({ id }: { readonly id: string }): ReactElement {
  const { data: incident, error } = useRead('getIncident', { incidentId: id });
  return (
    <>
      <PageHeading title={incident?.title ?? 'Incident'}>
        {incident && <Badge tone={incident.status === 'open' ? 'warn' : 'calm'}>{sentence(incident.status)}</Badge>}
      </PageHeading>
      <ProblemNote error={error} about="The incident can not be shown" />
      {!incident && !error && <Loading what="the incident" />}
      {incident && (
        <>
          {incident.status === 'open' && <Actions incident={incident} />}
          <Facts incident={incident} />
          <Duties incident={incident} />
        </>
      )}
      <Link href="/incidents">The breach register</Link>
    </>
  );
}

function Actions({ incident }: { readonly incident: Incident }): ReactElement {
  const { tenant } = useMe();
  const input = { incidentId: incident.id };
  const isToTell = incident.duties.some(({ metAt }) => metAt === null);
  return (
    <div className="buttons" role="group" aria-label="What can be done">
      {may(tenant?.role, 'assessIncident') && <ActionDialog action={ASSESS} input={input} />}
      {isToTell && may(tenant?.role, 'recordIncidentNotice') && (
        <ActionDialog action={noticeOf(incident)} input={input} />
      )}
      {may(tenant?.role, 'closeIncident') && <ActionDialog action={CLOSE} input={input} />}
    </div>
  );
}

function Facts({ incident }: { readonly incident: Incident }): ReactElement {
  const momentOf = useMoments();
  const { nameOf } = useMembers();
  const { discoveredAt, openedAt, openedBy, severity, laws, role, tables, classes, people, conclusion } = incident;
  const facts: readonly Fact[] = [
    ['What happened', incident.description],
    ['Discovered', momentOf(discoveredAt)],
    ['Opened', `${momentOf(openedAt)} by ${nameOf(openedBy)}`],
    ['Severity', severity === null ? 'not assessed yet' : sentence(severity)],
    ['Laws', `${laws.map((law) => law.toUpperCase()).join(', ')}, as ${role}`],
    ['Tables', tables.join(', ')],
    ['What is in them', classes.map(sentence).join(', ')],
    ['People', people === null ? null : `about ${people}`],
    ['Conclusion', conclusion],
  ];
  return (
    <dl>
      <FactEntries facts={facts} />
    </dl>
  );
}

function Duties({ incident: { duties } }: { readonly incident: Incident }): ReactElement {
  return (
    <section aria-labelledby="duties">
      <h2 id="duties">Who must be told</h2>
      {duties.length === 0 && <p className="empty">Nobody, as far as it is assessed.</p>}
      <ul className="cards">
        {duties.map((duty) => (
          <li key={duty.duty}>
            <p>
              <DutyBadge duty={duty} />
            </p>
            <p>
              {duty.explanation} <cite className="aside">{duty.source}</cite>
            </p>
            {duty.notice !== null && <blockquote className="words">{duty.notice}</blockquote>}
          </li>
        ))}
      </ul>
    </section>
  );
}
