import { useQuery } from '@tanstack/react-query';
import { useMe, useSession } from '../api/use-api.js';
import { momentText } from '../words/days.js';

/** Writes moments in the tenant's time zone; in that of the browser while the tenant's is not known. */
export function useMoments(): (moment: string) => string {
  const session = useSession();
  const { tenant } = useMe();
  const { data } = useQuery({
    queryKey: [tenant?.tenantId, 'time zone'],
    queryFn: () => session.call('getMyTenant', {}),
    staleTime: Infinity,
  });
  return (moment) => momentText(moment, data?.timezone);
}
