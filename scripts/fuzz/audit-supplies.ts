import type { Client } from './client.js';
import type { World } from './world.js';

type Ids = { readonly id: string };

const DESTINATIONS = '/v1/audit/destinations';

/** One of the older entries, which a checkpoint covers by now. */
async function oldEntry(reader: Client, list: string): Promise<Ids> {
  const page = await reader.must<{ data: Ids[] }>('GET', `${list}?limit=200`);
  return { id: page.data.at(-1)!.id };
}

/** A tenant has only so many. */
async function removeDestinations({ a }: World): Promise<void> {
  const { data } = await a.owner.must<{ data: Ids[] }>('GET', DESTINATIONS);
  await Promise.all(data.map(({ id }) => a.owner.must('DELETE', `${DESTINATIONS}/${id}`)));
}

/** Things of the audit log that inputs name. */
export const auditSupplies = {
  auditEvent: (world: World): Promise<Ids> => oldEntry(world.a.owner, '/v1/audit/events'),
  platformAuditEvent: (world: World): Promise<Ids> => oldEntry(world.staff, '/v1/platform/audit/events'),
  roomForDestination: async (world: World): Promise<{ name: string }> => {
    await removeDestinations(world);
    return { name: world.fresh('d') };
  },
  actionSchema: async (world: World): Promise<{ action: string }> => {
    const action = `fuzz.${world.fresh('s')}`;
    await world.staff.must('PUT', `/v1/platform/audit/schemas/${action}`, { schema: { type: 'object' } });
    return { action };
  },
  auditDestination: async (world: World): Promise<Ids> => {
    await removeDestinations(world);
    const wish = { name: world.fresh('d'), url: 'https://192.0.2.1/' };
    return (await world.a.owner.must<{ destination: Ids }>('POST', DESTINATIONS, wish)).destination;
  },
};
