import { createContext, useContext, useState, useSyncExternalStore } from 'react';
import { QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Refused, type Input, type OperationName, type Output } from './call.js';
import type { Operations } from './contract.js';
import { Session, type Person } from './session.js';

const TRIES = 3;
const FRESH_MS = 5_000;

/** What the pages know of the API's answers. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: (failures, error) => failures < TRIES && isPassing(error), staleTime: FRESH_MS },
  },
});

/** Whether it may well go right when tried again. */
function isPassing(error: Error): boolean {
  return error instanceof Refused && (error.problem.status === 503 || error.problem.status === 429);
}

const SessionContext = createContext(new Session());
export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  return useContext(SessionContext);
}

/** Who is signed in; pages behind the sign-in may rely on somebody. */
export function usePerson(): Person | null {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, session.person);
}

/** Who is signed in, on a page that only they see. */
export function useMe(): Person {
  const person = usePerson();
  if (!person) throw new Error('Nobody is signed in');
  return person;
}

/** The answer of an operation that reads. */
export function useRead<N extends OperationName>(
  name: N,
  input: Input<N>,
  refetchMs?: (answer: Output<N> | undefined) => number | false,
) {
  const session = useSession();
  const { tenant } = useMe();
  return useQuery<Output<N>>({
    queryKey: [tenant?.tenantId, name, input],
    queryFn: () => session.call(name, input),
    refetchInterval: refetchMs ? ({ state }) => refetchMs(state.data) : false,
  });
}

/** Operations that give a list by pages. */
type Listing = {
  [N in OperationName]: Operations[N]['output'] extends {
    readonly data: readonly unknown[];
    readonly nextCursor: string | null;
  }
    ? N
    : never;
}[OperationName];
type Item<N extends Listing> = Output<N>['data'][number];

/** A list as far as it was asked for. */
export function usePages<N extends Listing>(name: N, input: Input<N>) {
  const session = useSession();
  const { tenant } = useMe();
  const found = useInfiniteQuery({
    queryKey: [tenant?.tenantId, name, input],
    queryFn: ({ pageParam }) => session.call(name, { ...input, cursor: pageParam ?? undefined }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Output<N>) => page.nextCursor,
  });
  const items = found.data?.pages.flatMap((page) => page.data as readonly Item<N>[]);
  return { ...found, items };
}

/**
 * Calls an operation that changes something; what was read before is asked for again. Until it is done, every attempt is
 * the same wish: one whose answer was lost is not carried out twice.
 */
export function useAct<N extends OperationName>(name: N) {
  const session = useSession();
  const client = useQueryClient();
  const [wish, renew] = useState(newWish);
  return useMutation<Output<N>, Error, Input<N>>({
    mutationFn: (input) => session.call(name, input, wish),
    onSuccess: () => {
      renew(newWish);
      return client.invalidateQueries();
    },
  });
}

/** A name that no other wish has. */
function newWish(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
