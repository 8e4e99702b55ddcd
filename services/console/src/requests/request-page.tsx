import type { ReactElement } from 'react';
import { Link } from 'wouter';
import type { PrivacyRequest } from '../api/contract.js';
import { may } from '../api/may.js';
import { useMe, useRead } from '../api/use-api.js';
import { useMembers } from '../desk/members.js';
import { RequestPlans } from '../plans/request-plans.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { FactEntries, type Fact } from '../ui/facts.js';
import { Badge, Loading, PageHeading } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { momentText } from '../words/days.js';
import { rightOf, sentence } from '../words/words.js';
import { RECORD_CHECK, REQUEST_ACTIONS, SEND_CODE, SEND_LINK } from './actions.js';
import { Assign } from './assign.js';
import { ClockExplained } from './clock-explained.js';
import { Duplicate } from './duplicate.js';
import { Due } from './due.js';
import { Timeline } from './timeline.js';

/** One request: what was asked, when it is due and why, what happened, and what can be done. */
export function RequestPage({ id }: { readonly id: string }): ReactElement {
  const { data: request, error } = useRead('getPrivacyRequest', { requestId: id });
  if (!request) {
    return (
      <>
        <PageHeading title="Privacy request" />
        <ProblemNote error={error} about="The request can not be shown" />
        {!error && <Loading what="the request" />}
        <Link href="/requests">Back to the queue</Link>
      </>
    );
  }
  const { law, title } = rightOf(request.type);
  return (
    <>
      <PageHeading title={`${law} ${title.toLowerCase()}: ${request.subjectName}`}>
        <Badge tone={request.closedAt === null ? 'good' : 'calm'}>{sentence(request.legalStatus)}</Badge>
      </PageHeading>
      <Actions request={request} />
      <div className="columns">
        <div>
          <Facts request={request} />
          <Identity request={request} />
          <Duplicate request={request} />
          <RequestPlans request={request} />
        </div>
        <div>
          <ClockExplained request={request} />
          <Timeline request={request} />
        </div>
      </div>
    </>
  );
}

function Actions({ request }: { readonly request: PrivacyRequest }): ReactElement {
  const { tenant } = useMe();
  const offered = REQUEST_ACTIONS.filter((one) => may(tenant?.role, one.operation) && one.isOffered(request));
  return (
    <div className="buttons" role="group" aria-label="What can be done">
      {offered.map((one) => (
        <ActionDialog key={one.operation} action={one} input={{ requestId: request.id }} />
      ))}
    </div>
  );
}

function Facts({ request }: { readonly request: PrivacyRequest }): ReactElement {
  const { nameOf } = useMembers();
  const { agent, controller, timeZone } = request;
  const facts: readonly Fact[] = [
    ['They want', rightOf(request.type).wish],
    ['Person', `${request.subjectName}, ${request.subjectEmail}`],
    ['In their words', request.details],
    ['Asked for them by', agent && `${agent.name}, ${agent.email}: ${agent.mandate}`],
    ['Controller', controller && `${controller.name}, ${controller.email}`],
    [
      'Received',
      `${momentText(request.receivedAt, timeZone)} (${timeZone}), ${request.channel === 'form' ? 'by the form' : 'entered by staff'}`,
    ],
    ['Owner', nameOf(request.assigneeId)],
    ['Automation', sentence(request.executionStatus)],
    ['Denied because', request.denialReason && sentence(request.denialReason)],
    ['Reference', request.id],
  ];
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">What was asked</h2>
      <dl>
        <dt>Due</dt>
        <dd>
          <Due request={request} />
        </dd>
        <FactEntries facts={facts} />
      </dl>
      <Assign requestIds={[request.id]} what="this request" />
    </section>
  );
}

function Identity({ request }: { readonly request: PrivacyRequest }): ReactElement {
  const { verified, verificationNeeded, closedAt, id } = request;
  const levels = ['none', 'basic', 'high'];
  const isEnough = levels.indexOf(verified) >= levels.indexOf(verificationNeeded);
  return (
    <section aria-labelledby="identity">
      <h2 id="identity">Who the person is</h2>
      <p>
        <Badge tone={isEnough ? 'good' : 'warn'}>{isEnough ? 'Proven as far as needed' : 'Not proven yet'}</Badge>{' '}
        Proven: {verified}. Needed before anything is given, changed or removed: {verificationNeeded}.
      </p>
      {closedAt === null && verificationNeeded !== 'none' && (
        <div className="buttons">
          <ActionDialog action={SEND_CODE} input={{ requestId: id }} />
          <ActionDialog action={SEND_LINK} input={{ requestId: id }} />
          <ActionDialog action={RECORD_CHECK} input={{ requestId: id }} />
        </div>
      )}
    </section>
  );
}
