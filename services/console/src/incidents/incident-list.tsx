import type { ReactElement } from 'react';
import { Link, useLocation } from 'wouter';
import type { Incident } from '../api/contract.js';
import { may } from '../api/may.js';
import { useMe, usePages } from '../api/use-api.js';
import { useMoments } from '../desk/moments.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { Loading, MoreButton, PageHeading } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { Wide } from '../ui/wide.js';
import { sentence } from '../words/words.js';
import { OPEN_INCIDENT } from './incident-actions.js';
import { DutyBadge } from './duty-badge.js';

/** The register of incidents: what happened, and who must still be told by when. */
export function IncidentList(): ReactElement {
  const pages = usePages('listIncidents', {});
  const { tenant } = useMe();
  const [, navigate] = useLocation();
  return (
    <>
      <PageHeading title="Breach register">
        {may(tenant?.role, 'openIncident') && (
          <ActionDialog action={OPEN_INCIDENT} input={{}} onDone={({ id }) => navigate(`/incidents/${id}`)} />
        )}
      </PageHeading>
      <ProblemNote error={pages.error} about="The register can not be shown" />
      {!pages.items && !pages.error && <Loading what="the register" />}
      {pages.items?.length === 0 && <p className="empty">No incident was recorded.</p>}
      {pages.items && pages.items.length > 0 && <IncidentTable incidents={pages.items} />}
      <MoreButton pages={pages} what="incidents" />
    </>
  );
}

function IncidentTable({ incidents }: { readonly incidents: readonly Incident[] }): ReactElement {
  const momentOf = useMoments();
  return (
    <Wide what="Incidents">
      <thead>
        <tr>
          <th scope="col">Incident</th>
          <th scope="col">Discovered</th>
          <th scope="col">Severity</th>
          <th scope="col">Status</th>
          <th scope="col">Next to be told</th>
        </tr>
      </thead>
      <tbody>
        {incidents.map(({ id, title, discoveredAt, severity, status, duties }) => {
          const next = status === 'open' ? duties.find(({ metAt }) => metAt === null) : undefined;
          return (
            <tr key={id}>
              <th scope="row">
                <Link href={`/incidents/${id}`}>{title}</Link>
              </th>
              <td>{momentOf(discoveredAt)}</td>
              <td>{severity === null ? 'not assessed' : sentence(severity)}</td>
              <td>{sentence(status)}</td>
              <td>{next ? <DutyBadge duty={next} /> : 'nobody'}</td>
            </tr>
          );
        })}
      </tbody>
    </Wide>
  );
}
