import {
  collectActorSubject,
  collectAgentSubject,
  collectBillingSubject,
  collectMemberSubject,
  collectRequesterSubject,
  collectTenantSubject,
  eraseActorSubject,
  eraseAgentSubject,
  eraseBillingSubject,
  eraseMemberSubject,
  eraseRequesterSubject,
  eraseTenantSubject,
  type Operation,
  type PersonErased,
  type PersonPlaces,
  type PersonRows,
  planActorSubject,
  planAgentSubject,
  planBillingSubject,
  planMemberSubject,
  planRequesterSubject,
  planTenantSubject,
} from '@tenantry/contracts';
import type { Person, PersonKey } from './plan.js';

/** By what Tenantry's own services know a person. */
export interface KnownBy {
  readonly email: string | null;
  readonly userId: string | null;
  /** The person's rows in tables, for services that are told of them. */
  readonly subject?: readonly PersonKey[];
}

/** A service of Tenantry's own that says what it has of a person and does what is asked with it. */
export interface Peer {
  readonly service: string;
  /** Whether it knows people by their rows in tables, too. */
  readonly byRows?: boolean;
  readonly plan: Operation<KnownBy, PersonPlaces>;
  readonly collect: Operation<KnownBy & { readonly place: string }, PersonRows>;
  readonly erase: Operation<KnownBy, PersonErased>;
}

/** Every service that answers for itself; what others have is a task for people. */
export const peers: readonly Peer[] = [
  { service: 'identity', plan: planMemberSubject, collect: collectMemberSubject, erase: eraseMemberSubject },
  { service: 'tenants', plan: planTenantSubject, collect: collectTenantSubject, erase: eraseTenantSubject },
  { service: 'billing', plan: planBillingSubject, collect: collectBillingSubject, erase: eraseBillingSubject },
  {
    service: 'compliance',
    plan: planRequesterSubject,
    collect: collectRequesterSubject,
    erase: eraseRequesterSubject,
  },
  {
    service: 'agents',
    byRows: true,
    plan: planAgentSubject,
    collect: collectAgentSubject,
    erase: eraseAgentSubject,
  },
  { service: 'audit', plan: planActorSubject, collect: collectActorSubject, erase: eraseActorSubject },
].map((peer) => peer as unknown as Peer);

/** By what a service is asked for a person; null when it could not know them by any of it. */
export function askedBy({ byRows = false }: Peer, { keys, email, userId }: Person): KnownBy | null {
  if (byRows) return { email, userId, subject: keys };
  return email === null && userId === null ? null : { email, userId };
}

export function peerOf(service: string): Peer | undefined {
  return peers.find((peer) => peer.service === service);
}
