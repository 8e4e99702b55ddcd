import {
  collectActorSubject,
  collectBillingSubject,
  collectMemberSubject,
  collectRequesterSubject,
  collectTenantSubject,
  eraseActorSubject,
  eraseBillingSubject,
  eraseMemberSubject,
  eraseRequesterSubject,
  eraseTenantSubject,
  type Operation,
  type PersonErased,
  type PersonPlaces,
  type PersonRows,
  planActorSubject,
  planBillingSubject,
  planMemberSubject,
  planRequesterSubject,
  planTenantSubject,
} from '@tenantry/contracts';

/** By what Tenantry's own services know a person. */
export interface KnownBy {
  readonly email: string | null;
  readonly userId: string | null;
}

/** A service of Tenantry's own that says what it has of a person and does what is asked with it. */
export interface Peer {
  readonly service: string;
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
  { service: 'audit', plan: planActorSubject, collect: collectActorSubject, erase: eraseActorSubject },
].map((peer) => peer as unknown as Peer);

export function peerOf(service: string): Peer | undefined {
  return peers.find((peer) => peer.service === service);
}
