import type { ReactElement } from 'react';
import type { IncidentDuty } from '../api/contract.js';
import { useMoments } from '../desk/moments.js';
import { Badge } from '../ui/page.js';

/** Whom a duty is to, in words. */
const PEOPLE: Readonly<Record<string, string>> = {
  gdpr_authority: 'Supervisory authority',
  gdpr_controller: 'The controller',
  gdpr_people: 'The people concerned',
  hipaa_people: 'The people concerned (HIPAA)',
  hipaa_hhs: 'Department of Health and Human Services',
  hipaa_media: 'The media',
  hipaa_covered_entity: 'The covered entity',
};

/** @returns whom a duty is to */
export function toWhom(duty: string): string {
  return PEOPLE[duty] ?? duty.replaceAll('_', ' ');
}

const SOON_PERCENT = 50;

/** Who must be told, and how its clock stands. */
export function DutyBadge({
  duty: { duty, dueAt, usedPercent, metAt },
}: {
  readonly duty: IncidentDuty;
}): ReactElement {
  const momentOf = useMoments();
  if (metAt !== null) {
    return (
      <>
        {toWhom(duty)} <Badge tone="good">told {momentOf(metAt)}</Badge>
      </>
    );
  }
  const tone = usedPercent >= 100 ? 'bad' : usedPercent >= SOON_PERCENT ? 'warn' : 'calm';
  return (
    <>
      {toWhom(duty)}{' '}
      <Badge tone={tone}>
        {usedPercent >= 100 ? 'overdue since' : 'by'} {momentOf(dueAt)}
      </Badge>
    </>
  );
}
