import { Fault } from '@tenantry/kernel';

const DAY_MS = 86_400_000;

/** A span of time that somebody asks for; to the end of now when they don't say until when. @throws Fault `invalid-input` */
export function spanOf(
  { from, to }: { readonly from?: Date | null; readonly to?: Date | null },
  now: Date,
  { defaultDays, maxDays }: { readonly defaultDays: number; readonly maxDays: number },
): { from: Date; to: Date } {
  const span = { from: from ?? new Date(now.getTime() - defaultDays * DAY_MS), to: to ?? new Date(now.getTime() + 1) };
  if (now.getTime() - span.from.getTime() > maxDays * DAY_MS)
    throw new Fault('invalid-input', { field: 'from', detail: `from is at most ${maxDays} days ago` });
  return span;
}
