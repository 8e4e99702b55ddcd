import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAuditDestination } from '@tenantry/contracts';
import { OutboundHttp } from '@tenantry/service';
import { auditTenants } from '../testing/audit.fixture.js';
import { TestReceiver, type Received } from './receiver.fixture.js';

const GUIDE = join(import.meta.dirname, '../../../../docs/guides/audit-stream.md');

/** What the guide's code exports. */
interface Guide {
  receive(state: object, secret: string, headers: object, body: string): unknown[];
}

describe('a stream to the receiver of the guide', () => {
  const receiver = new TestReceiver();
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-receiver-'));
  let guide: Guide;
  const t = auditTenants([{ provide: OutboundHttp, useValue: new OutboundHttp({ networks: ['127.0.0.1/32'] }) }]);

  beforeAll(async () => {
    await receiver.start();
    writeFileSync(join(folder, 'receiver.mjs'), /```js\n([^]*?)```/.exec(readFileSync(GUIDE, 'utf8'))![1]!);
    guide = (await import(join(folder, 'receiver.mjs'))) as Guide;
  });
  afterAll(async () => {
    await receiver.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => receiver.reset());

  async function arrived(): Promise<{ secret: string; batches: Received[] }> {
    const wish = { name: 'SIEM', url: `${receiver.url}/${t.a.id}`, format: 'ocsf', from: 1n };
    const { signingSecret } = await t.a.call(addAuditDestination, wish, { permissions: ['audit.*'] });
    for (const entries of [250, 3, 1]) {
      await t.write(t.a, entries);
      await t.sign();
      await t.bus.runSchedule('audit.deliveries');
    }
    return { secret: signingSecret, batches: receiver.at(`/${t.a.id}`) };
  }
  const take = (state: object, secret: string, batches: readonly Received[]): number =>
    batches.flatMap(({ headers, body }) => guide.receive(state, secret, headers, body)).length;

  it('is complete, whatever comes twice', async () => {
    const { secret, batches } = await arrived();
    const state = { size: 0, edge: [] };
    expect(take(state, secret, [...batches.slice(0, 2), batches[1]!, ...batches.slice(1)])).toBe(254);
    expect(state.size).toBe(254);
  });

  it('is noticed to be incomplete or changed', async () => {
    const { secret, batches } = await arrived();
    const [first, second] = batches as [Received, Received];
    const at = (): object => ({ size: 0, edge: [] });
    expect(() => take(at(), secret, [first, batches[2]!])).toThrow('entry 201 is missing');
    const cut = { ...first, body: first.body.slice(first.body.indexOf('\n') + 1) };
    expect(() => take(at(), secret, [cut])).toThrow('not signed by Tenantry');
    const root = first.headers['tenantry-root']!;
    const changed = { ...second, headers: { ...second.headers, 'tenantry-root': root } };
    expect(() => take(at(), secret, [first, changed])).toThrow('are not those of the log');
    expect(() => take(at(), `whsec_${Buffer.alloc(32).toString('base64')}`, [first])).toThrow('not signed');
  });
});
