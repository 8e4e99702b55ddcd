import { isCreatedWithin, page, type LocalEvent, type Route } from '../call.js';
import { createdParam, listParams } from '../http/params.js';

export const eventRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/events/:id', handle: ({ account, world, id }) => world.get(account, 'event', id) },
  {
    method: 'GET',
    path: '/v1/events',
    takes: { ...listParams, type: 'string', created: createdParam },
    handle: ({ account, world, params }) => {
      const all = world.store.all<LocalEvent>(account, 'event');
      const found = all.filter(
        (one) => isCreatedWithin(one.created, params.created) && [undefined, one.type].includes(params.type as string),
      );
      return page(found, params, '/v1/events');
    },
  },
];
