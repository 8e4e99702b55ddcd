import { patiently } from './patiently.js';

describe('patiently', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

  it('tries again while something is on its way up', async () => {
    const goingDown = Object.assign(new Error('terminating connection due to administrator command'), {
      code: '57P01',
    });
    const answers = [refused, new Error('timeout expired'), new Error('connection refused'), goingDown];
    const reach = async (): Promise<string> => {
      const error = answers.shift();
      if (error) {
        throw error;
      }
      return 'here';
    };
    expect(await patiently('Postgres', reach)).toBe('here');
  });

  it('gives up at once when it is refused, and after a while when nobody answers, naming what', async () => {
    const wrong = async (): Promise<never> => {
      throw new Error('password authentication failed');
    };
    await expect(patiently('Postgres', wrong)).rejects.toThrow(
      "Postgres can't be used: password authentication failed",
    );
    await expect(patiently('NATS', () => Promise.reject(refused), 0)).rejects.toThrow(
      "NATS can't be used: connect ECONNREFUSED",
    );
  });
});
