import type { BreakGlassOpened, BreakGlassOverdue } from '@tenantry/contracts';
import type { Mail } from '@tenantry/service';

/** What the tenant's owners are told when staff of the platform open emergency access. */
export function openedMail(to: string, place: string, opened: BreakGlassOpened): Mail {
  const { accessId, tables, reason, endsAt } = opened;
  return {
    to,
    subject: `Emergency access to ${place}`,
    text:
      `Hello,\n\nsomebody of the platform's staff has opened emergency access to rows of ${place}.\n\n` +
      `Reason: ${reason}\nTables: ${tables.join(', ')}\nIt ends by itself: ${endsAt?.toISOString() ?? ''}\n\n` +
      'Every row that is read is in your audit log, under this access:\n\n' +
      `    ${accessId}\n\nTo end it now: POST /v1/break-glass/${accessId}/close\n`,
  };
}

/** What they are told when nobody said in time what was done. */
export function overdueMail(to: string, place: string, { accessId }: BreakGlassOverdue): Mail {
  return {
    to,
    subject: `Emergency access to ${place} was not explained in time`,
    text:
      `Hello,\n\nwhoever of the platform's staff had emergency access to ${place} had 24 hours to say what they did, and has not.\n` +
      'Until they do, they get no other. What they read is in your audit log, under this access:\n\n' +
      `    ${accessId}\n`,
  };
}
