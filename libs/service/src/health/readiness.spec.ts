import { Directories } from '@tenantry/messaging';
import { askReadiness } from './readiness.js';

describe('the readiness of a service', () => {
  const never = new Promise<never>(() => undefined);
  const doors = (ping: () => Promise<void>) => ({ control: { ping } });
  const parts = {
    bus: { connected: true },
    directories: Directories.inMemory(['tenants']),
    doors: doors(() => Promise.resolve()),
  };

  it('is there when everything that it depends on is, a database only if it has one', async () => {
    expect(await askReadiness(parts)).toEqual({ ready: true, missing: [] });
    expect(await askReadiness({ ...parts, doors: null })).toEqual({ ready: true, missing: [] });
  });

  it.each([
    ['refuses', () => Promise.reject(new Error('no'))],
    ['says nothing', () => never],
  ])('names everything that is missing, also a database that %s', async (_how, ping) => {
    const directories = { stale: () => ['tenants' as const] };
    expect(await askReadiness({ bus: { connected: false }, directories, doors: doors(ping) }, 50)).toEqual({
      ready: false,
      missing: ['directory tenants', 'NATS', 'Postgres'],
    });
  });
});
