import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify, type FastifyInstance } from 'fastify';
import { servePages } from './pages.js';

describe('The pages', () => {
  let folder: string;
  let app: FastifyInstance;
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenantry-pages-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'desk.html'), 'the desk');
    await writeFile(join(folder, 'subject.html'), 'the form');
    await writeFile(join(folder, 'assets', 'desk-1a2b.js'), 'plain');
    await writeFile(join(folder, 'assets', 'desk-1a2b.js.br'), 'smaller');
    app = fastify();
    await servePages(app, folder);
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  it('are one page each, at all the addresses below theirs', async () => {
    for (const url of ['/console', '/console/', '/console/requests/1', '/console/assetsx']) {
      expect([url, (await get(url)).body]).toEqual([url, 'the desk']);
    }
    for (const url of ['/privacy', '/privacy/chinook', '/privacy/chinook/download']) {
      expect([url, (await get(url)).body]).toEqual([url, 'the form']);
    }
  });

  it('run nothing but what was built with them, and are asked for anew each time', async () => {
    const { headers } = await get('/privacy/chinook');
    const policy = String(headers['content-security-policy']).split(';');
    expect(policy).toEqual(
      expect.arrayContaining([
        ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"],
        ...["frame-ancestors 'none'", "form-action 'none'", "require-trusted-types-for 'script'"],
      ]),
    );
    expect(policy.join()).not.toMatch(/unsafe|https?:|data:|\*/);
    expect(headers).toMatchObject({ 'cache-control': 'no-cache', 'referrer-policy': 'no-referrer' });
  });

  it('keep their assets, compressed before anybody asks', async () => {
    const packed = await get('/console/assets/desk-1a2b.js', { 'accept-encoding': 'gzip, br' });
    expect([packed.body, packed.headers['content-encoding']]).toEqual(['smaller', 'br']);
    expect(packed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await get('/console/assets/desk-1a2b.js')).body).toBe('plain');
  });

  it('give no other file away', async () => {
    for (const url of ['/console/assets/', '/console/assets/none.js', '/console/assets/..%2fdesk.html']) {
      expect([url, (await get(url)).statusCode >= 400]).toEqual([url, true]);
    }
  });

  it('that were not built are said to be missing', async () => {
    const bare = fastify();
    await servePages(bare, join(folder, 'nothing'));
    expect((await bare.inject({ url: '/console' })).body).toContain('npm run build');
    await bare.close();
  });
});
