import type { ReactElement } from 'react';
import type { PrivacyRequest } from '../api/contract.js';
import { Badge, type Tone } from '../ui/page.js';
import { dayOf, daysBetween, dayText, distanceText } from '../words/days.js';
import { rightOf } from '../words/words.js';

const SOON_DAYS = 7;

/** When a request is due, and how far away that is. */
export function Due({ request }: { readonly request: PrivacyRequest }): ReactElement {
  const { dueOn, timeZone, paused, closedAt } = request;
  const left = daysBetween(dayOf(new Date(), timeZone), dueOn);
  return (
    <>
      <time dateTime={dueOn}>{dayText(dueOn)}</time>{' '}
      {closedAt !== null ? (
        <Badge tone="calm">closed</Badge>
      ) : paused ? (
        <Badge tone="calm">clock stopped</Badge>
      ) : (
        <Badge tone={toneOf(left)}>{distanceText(left)}</Badge>
      )}
    </>
  );
}

function toneOf(left: number): Tone {
  if (left < 0) return 'bad';
  return left <= SOON_DAYS ? 'warn' : 'good';
}

/** Why it is due then, in one line; the request's clock says it step by step. */
export function whyDue({ type, timeZone, receivedAt, extended, paused, role }: PrivacyRequest): string {
  const { law, period } = rightOf(type);
  const parts = [`${law}: ${period} from ${dayText(dayOf(new Date(receivedAt), timeZone))}`];
  if (extended) parts.push('extended');
  if (paused) parts.push('stopped: a question is open');
  if (role === 'processor') parts.push('for a controller');
  return parts.join(', ');
}
