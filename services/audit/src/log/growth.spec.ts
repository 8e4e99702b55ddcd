import { Clock } from '@tenantry/kernel';
import { auditTenants } from '../testing/audit.fixture.js';

const SECOND_MS = 1_000;

class LaterClock extends Clock {
  laterMs = 0;
  now(): Date {
    return new Date(Date.now() + this.laterMs);
  }
}

describe('logs that grew', () => {
  const clock = new LaterClock();
  const t = auditTenants([{ provide: Clock, useValue: clock }]);
  const signedOf = ({ id }: { id: string }): Promise<{ size: string | null }[]> =>
    t.database.admin(`select max(size) as size from audit.checkpoint where tenant_id = '${id}'`);
  /** As if the numbers had been taken so long ago, and been committed only now. */
  const grewEarlier = ({ id }: { id: string }, seconds: number): Promise<unknown> =>
    t.database.admin(
      `update audit.head set grown_at = grown_at - make_interval(secs => ${seconds}) where tenant_id = '${id}'`,
    );
  beforeEach(() => (clock.laterMs = 0));

  it('are found whichever was looked at before, and however often', async () => {
    for (const entries of [1, 2, 3]) {
      await t.write(t.a, entries);
      await t.sign();
      await t.write(t.b, entries);
      await t.sign();
    }
    expect((await t.checkpoint(t.a)).size).toBe(6n);
    expect((await t.checkpoint(t.b)).size).toBe(6n);
  });

  it('are found although they were committed long after their numbers were taken', async () => {
    await t.sign();
    await t.write(t.a, 1);
    await grewEarlier(t.a, 20);
    await t.sign();
    expect((await t.checkpoint(t.a)).size).toBe(1n);
  });

  it('are found within a minute whatever says when they grew', async () => {
    await t.write(t.b, 1);
    await t.sign();
    await t.write(t.a, 1);
    await grewEarlier(t.a, 86_400);
    clock.laterMs = 61 * SECOND_MS;
    await t.sign();
    expect((await t.checkpoint(t.a)).size).toBe(1n);
  });

  it('are all found after the clock was set back', async () => {
    clock.laterMs = 3_600 * SECOND_MS;
    await t.sign();
    clock.laterMs = 0;
    await t.write(t.a, 1);
    await grewEarlier(t.a, 86_400);
    await t.sign();
    expect((await t.checkpoint(t.a)).size).toBe(1n);
    expect(await signedOf(t.b)).toEqual([{ size: null }]);
  });

  it('are looked for again when signing them failed', async () => {
    await t.sign();
    await t.write(t.a, 1);
    await t.database.admin('alter table audit.checkpoint rename to checkpoint_away');
    await expect(t.sign()).rejects.toThrow();
    await t.database.admin('alter table audit.checkpoint_away rename to checkpoint');
    await grewEarlier(t.a, 20);
    clock.laterMs = 45 * SECOND_MS;
    await t.sign();
    expect((await t.checkpoint(t.a)).size).toBe(1n);
  });
});
