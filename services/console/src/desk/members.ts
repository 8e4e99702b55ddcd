import { useQuery } from '@tanstack/react-query';
import type { Member, MemberPage } from '../api/contract.js';
import type { Session } from '../api/session.js';
import { may } from '../api/may.js';
import { useMe, useSession } from '../api/use-api.js';

const A_PAGE = 200;
const MOST_PAGES = 25;

/** The people of the tenant, and what they are called. */
export interface Members {
  /** Who may work on privacy requests. */
  readonly staff: readonly Member[];
  /** Who may approve what somebody else planned. */
  readonly approvers: readonly Member[];
  nameOf(id: string | null): string;
}

/** The tenant's members. While they are not known, or not to be seen, people are called by the end of their id. */
export function useMembers(): Members {
  const session = useSession();
  const { id: me, tenant } = useMe();
  const { data = [] } = useQuery({
    queryKey: [tenant?.tenantId, 'all members'],
    queryFn: () => allMembers(session),
    staleTime: Infinity,
  });
  const names = new Map(data.map((member) => [member.userId, member.name ?? member.email]));
  return {
    staff: data.filter(({ role }) => may(role, 'assignPrivacyRequests')),
    approvers: data.filter(({ role }) => may(role, 'approveErasure')),
    nameOf: (id) => (id === null ? 'nobody' : id === me ? 'you' : (names.get(id) ?? `somebody (…${id.slice(-6)})`)),
  };
}

async function allMembers(session: Session): Promise<Member[]> {
  const members: Member[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; page < MOST_PAGES && cursor !== null; page += 1) {
    const answer: MemberPage = await session.call('listMembers', { limit: A_PAGE, cursor });
    members.push(...answer.data);
    cursor = answer.nextCursor;
  }
  return members;
}
