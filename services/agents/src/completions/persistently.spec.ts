import { Fault } from '@tenantry/kernel';
import { persistently } from './persistently.js';

const PAUSES_MS = [0, 1, 1];

describe('what nobody else knows', () => {
  let tries: number;
  const failing = (times: number, error: Error) => async (): Promise<string> => {
    tries += 1;
    if (tries <= times) throw error;
    return 'kept';
  };
  beforeEach(() => (tries = 0));

  it('is tried again while the database is away', async () => {
    expect(await persistently(failing(3, new Fault('unavailable')), PAUSES_MS)).toBe('kept');
    expect(tries).toBe(4);
  });

  it('is given up with the last error when the database stays away', async () => {
    await expect(persistently(failing(9, new Fault('unavailable')), PAUSES_MS)).rejects.toMatchObject({
      reason: 'unavailable',
    });
    expect(tries).toBe(4);
  });

  it('is not tried again when it is refused', async () => {
    await expect(persistently(failing(9, new Fault('not-found')), PAUSES_MS)).rejects.toMatchObject({
      reason: 'not-found',
    });
    expect(tries).toBe(1);
  });
});
