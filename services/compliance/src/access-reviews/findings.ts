import type { AccessItem } from './access-item.js';
import type { RosterPerson } from './roster.js';

/** What is remarkable about an access, and the role that the roster names. */
export interface Compared {
  readonly id: string;
  readonly findings: readonly string[];
  readonly rosterRole: string | null;
}

type Facts = Pick<AccessItem, 'id' | 'kind' | 'holderId' | 'email' | 'role' | 'previousRole' | 'isNew'>;

/** What the platform's staff get in by. */
const OF_THE_PLATFORM: readonly string[] = ['support_grant', 'break_glass'];

/**
 * Compares a population with a roster, or with itself while there is none: a key or an agent of somebody who is no member is nobody's, whatever a
 * roster says. Who holds a support grant or emergency access is one of the platform's staff, whom no roster of the tenant names.
 */
export function compare(items: readonly Facts[], roster: readonly RosterPerson[] | null): Compared[] {
  const people = roster && new Map(roster.map((person) => [person.email, person]));
  const members = new Map(items.filter(({ kind }) => kind === 'member').map((one) => [one.holderId, one]));
  return items.map((item) => {
    const member = members.get(item.holderId);
    const person = people?.get(member?.email?.toLowerCase() ?? '');
    const isOrphan = !OF_THE_PLATFORM.includes(item.kind) && (!member || (people !== null && !person));
    const rosterRole = item.kind === 'member' ? (person?.role ?? null) : null;
    const isTrue: Readonly<Record<string, boolean>> = {
      leaver: person?.hasLeft === true,
      orphan: isOrphan,
      role_drift: hasDrifted(item, rosterRole),
      new: item.isNew,
    };
    return { id: item.id, findings: Object.keys(isTrue).filter((name) => isTrue[name]), rosterRole };
  });
}

/** The roster's role counts; where it names none, the one that the last review left. */
function hasDrifted({ role, previousRole }: Facts, rosterRole: string | null): boolean {
  const due = rosterRole ?? previousRole;
  return due !== null && due !== role;
}
