import type { ReactElement } from 'react';
import type { PrivacyRequest } from '../api/contract.js';
import { useRead } from '../api/use-api.js';
import { Loading } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { dayText } from '../words/days.js';

const DEADLINES = [
  ['acknowledgeBy', 'Acknowledge by'],
  ['extendBy', 'Extension can be announced until'],
  ['handOverBy', 'Hand over by'],
] as const;

/** Why the request is due when it is, line by line, with the rule of each. */
export function ClockExplained({ request }: { readonly request: PrivacyRequest }): ReactElement {
  const { data: clock, error } = useRead('getPrivacyRequestClock', { requestId: request.id });
  return (
    <section aria-labelledby="clock">
      <h2 id="clock">The clock</h2>
      <ProblemNote error={error} about="The clock can not be shown" />
      {!clock && !error && <Loading what="the clock" />}
      {clock && (
        <>
          <p>
            The clock {clock.state === 'running' ? 'runs' : `is ${clock.state}`}; {clock.usedPercent} % of the time is
            used up.
          </p>
          <meter
            min={0}
            max={100}
            high={80}
            value={Math.min(100, clock.usedPercent)}
            aria-label="Share of the time that is used up"
          >
            {clock.usedPercent} %
          </meter>
          <ol className="clock">
            {clock.lines.map(({ on, text, source }) => (
              <li key={`${on} ${text}`}>
                <time dateTime={on}>{dayText(on)}</time>
                <span>
                  {text}
                  {source && <cite> {source}</cite>}
                </span>
              </li>
            ))}
          </ol>
          <ul className="deadlines">
            {DEADLINES.map(([name, label]) => {
              const day = clock[name];
              return day && request.closedAt === null ? (
                <li key={name}>
                  {label} {dayText(day)}
                </li>
              ) : null;
            })}
          </ul>
          <p className="aside">
            Days are those of {clock.timeZone}
            {clock.calendar
              ? `, with the public holidays of ${clock.calendar}`
              : '; only Saturdays and Sundays are days off'}
            .
          </p>
        </>
      )}
    </section>
  );
}
