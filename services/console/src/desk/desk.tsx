import { useEffect, useState, type ReactElement } from 'react';
import { Route, Router, Switch } from 'wouter';
import { may } from '../api/may.js';
import { useMe, usePerson, useSession } from '../api/use-api.js';
import { HoldList } from '../holds/hold-list.js';
import { IncidentList } from '../incidents/incident-list.js';
import { IncidentPage } from '../incidents/incident-page.js';
import { CopyPage } from '../plans/copy-page.js';
import { ErasurePage } from '../plans/erasure-page.js';
import { PlanList } from '../plans/plan-list.js';
import { Queue } from '../requests/queue.js';
import { RequestPage } from '../requests/request-page.js';
import { SettingsPage } from '../settings/settings-page.js';
import { ReviewList } from '../reviews/review-list.js';
import { ReviewPage } from '../reviews/review-page.js';
import { Loading, PageHeading } from '../ui/page.js';
import { Shell } from './shell.js';
import { SignIn } from './sign-in.js';

/** The desk: its pages by their addresses, for who is signed in. */
export function Desk(): ReactElement {
  const person = usePerson();
  const isKnown = useResumed();
  if (!isKnown) return <Loading what="the desk" />;
  if (!person) return <SignIn />;
  return (
    <Router base="/console">
      <Shell>
        <Pages key={person.tenant?.tenantId} />
      </Shell>
    </Router>
  );
}

/** Whether it is known by now if this browser has a session. When nobody can say, one signs in. */
function useResumed(): boolean {
  const session = useSession();
  const [isKnown, setKnown] = useState(false);
  useEffect(() => {
    const known = (): void => setKnown(true);
    session.resume().then(known, known);
  }, [session]);
  return isKnown;
}

function Pages(): ReactElement {
  const { tenant } = useMe();
  if (!may(tenant?.role, 'listPrivacyRequests')) return <NotForYou role={tenant?.role} />;
  return (
    <Switch>
      <Route path="/">
        <Queue />
      </Route>
      <Route path="/requests">
        <Queue />
      </Route>
      <Route path="/requests/:id">{({ id }) => <RequestPage id={id} />}</Route>
      <Route path="/plans">
        <PlanList />
      </Route>
      <Route path="/copies/:id">{({ id }) => <CopyPage id={id} />}</Route>
      <Route path="/erasures/:id">{({ id }) => <ErasurePage id={id} />}</Route>
      <Route path="/holds">
        <HoldList />
      </Route>
      <Route path="/incidents">
        <IncidentList />
      </Route>
      <Route path="/incidents/:id">{({ id }) => <IncidentPage id={id} />}</Route>
      <Route path="/access-reviews">
        <ReviewList />
      </Route>
      <Route path="/access-reviews/:id">{({ id }) => <ReviewPage id={id} />}</Route>
      <Route path="/form">
        <SettingsPage />
      </Route>
      <Route>
        <PageHeading title="Nothing is here" />
        <p>The address may be wrong, or what was here is gone.</p>
      </Route>
    </Switch>
  );
}

function NotForYou({ role }: { readonly role: string | undefined }): ReactElement {
  return (
    <>
      <PageHeading title="Privacy requests are not part of your role" />
      <p>
        {role
          ? `You are ${role} here. Owners, admins and compliance staff work with privacy requests; ask one of them for the role “compliance”.`
          : 'You are no member of a tenant.'}
      </p>
    </>
  );
}
