import { createServer } from 'node:net';
import { freePort, isPortFree } from './free-port.js';

describe('freePort', () => {
  it('names a port that can be listened on, and sees when it is taken', async () => {
    const port = await freePort();
    expect(await isPortFree(port)).toBe(true);

    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect(await isPortFree(port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(process.env.TENANTRY_TEST_POSTGRES).toMatch(/^postgres:/);
  });
});
