import { serveHealth } from './health-server.js';

describe('the health port', () => {
  it('tells whether the process lives and what it is missing', async () => {
    let missing: string[] = [];
    const server = await serveHealth({ host: '127.0.0.1', port: 0 }, async () => ({
      ready: missing.length === 0,
      missing,
    }));
    const get = async (path: string): Promise<[number, unknown]> => {
      const response = await fetch(`${server.url}${path}`);
      return [response.status, await response.json()];
    };
    expect(await get('/healthz')).toEqual([200, { status: 'ok' }]);
    expect(await get('/readyz')).toEqual([200, { ready: true, missing: [] }]);
    missing = ['Postgres'];
    expect(await get('/readyz')).toEqual([503, { ready: false, missing: ['Postgres'] }]);
    expect(await get('/healthz')).toEqual([200, { status: 'ok' }]);
    expect((await get('/other'))[0]).toBe(404);
    await server.close();
  });
});
