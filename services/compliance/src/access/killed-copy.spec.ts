import {
  collectAccess,
  completeAccessTask,
  downloadAccessBundle,
  getAccess,
  planAccess,
  releaseAccess,
  type AccessLink,
} from '@tenantry/contracts';
import { testContext } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';
import { deaths, dying } from '../killed.fixture.js';
import { Peers, ownPlace } from '../places/peers.fixture.js';

const subject = [{ table: 'customers', value: '5' }];
/** Of a run that collects two tables: each is begun, read, kept and done. */
const COLLECT_STEPS = 8;
/** Of a delivery: the commit that uses the link up. */
const DELIVERY_STEPS = 1;

describe('A copy of which the process is killed', () => {
  const f = new ComplianceFixture();
  const { t, peers, clock } = f;

  beforeEach(() => {
    Object.assign(peers, new Peers());
    peers.places = [ownPlace('customers', 3n), ownPlace('orders', 3n)];
  });

  const run = (): Promise<void> => t.bus.runSchedule('compliance.plans');
  const goOn = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) {
      clock.advanceMinutes(6);
      await run();
    }
  };
  const collecting = async (): Promise<string> => {
    const { id: accessId, digest } = await t.a.call(planAccess, { subject });
    await t.a.call(collectAccess, { accessId, digest });
    return accessId;
  };
  const released = async (): Promise<AccessLink & { accessId: string }> => {
    const accessId = await collecting();
    await run();
    for (const { position, status } of (await t.a.call(getAccess, { accessId })).places) {
      if (status !== 'waiting') continue;
      await t.a.call(completeAccessTask, { accessId, position: BigInt(position), finding: 'Nothing was found.' });
    }
    return { accessId, ...(await t.a.call(releaseAccess, { accessId })) };
  };
  const fetch = async ({ token, code }: AccessLink): Promise<string> => {
    const anybody = testContext(t.b.id, { actor: { kind: 'anonymous', id: 'anonymous', role: null }, permissions: [] });
    const { fault, body } = await t.bus.send(downloadAccessBundle, JSON.stringify({ token, code }), anybody);
    if (body) await Array.fromAsync(body);
    return fault?.reason ?? 'given';
  };

  it.each(deaths(COLLECT_STEPS))('has every row once, when that is at step %i, %s it is done', async (step, dies) => {
    const accessId = await collecting();
    await dying(f, async (process) => {
      process.dieAt(step, dies);
      await run();
      expect(process.steps).toBeGreaterThanOrEqual(step);
      process.revive();
      await goOn();
    });
    const { places } = await t.a.call(getAccess, { accessId });
    const tables = places.filter(({ kind }) => kind === 'rows');
    expect(tables.map(({ place, status, collected }) => [place, status, collected])).toEqual([
      ['customers', 'done', 3n],
      ['orders', 'done', 3n],
    ]);
    const pieces = await t.database.admin<{ pieces: string; attempts: string }>(
      `select count(*) as pieces, count(distinct attempt) as attempts from compliance.bundle_piece
       where plan_id = $1 group by position`,
      [accessId],
    );
    expect(pieces).toEqual([
      { pieces: '1', attempts: '1' },
      { pieces: '1', attempts: '1' },
    ]);
  });

  it.each(deaths(DELIVERY_STEPS))(
    'is given once, when its delivery dies at step %i, %s it is done',
    async (step, dies) => {
      const link = await released();
      await dying(f, async (process) => {
        process.dieAt(step, dies);
        expect(await fetch(link)).toBe('internal');
      });
      expect(await fetch(link)).toBe(dies === 'before' ? 'given' : 'not-found');
      expect(await fetch(link)).toBe('not-found');
      const { status } = await t.a.call(getAccess, { accessId: link.accessId });
      expect(status).toBe('delivered');
      await expect(t.a.call(releaseAccess, { accessId: link.accessId })).resolves.toMatchObject({
        token: expect.anything(),
      });
    },
  );

  it('has as many steps as it is killed at', async () => {
    await collecting();
    await dying(f, async (process) => {
      await run();
      expect(process.steps).toBe(COLLECT_STEPS);
    });
    const link = await released();
    await dying(f, async (process) => {
      expect(await fetch(link)).toBe('given');
      expect(process.steps).toBe(DELIVERY_STEPS + 1); // and the signature, at the end of what is fetched
    });
  });

  it('is given to one of two who fetch it at once', async () => {
    const link = await released();
    const answers = await Promise.all([fetch(link), fetch(link)]);
    expect(answers.toSorted()).toEqual(['given', 'not-found']);
  });
});
