import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { TestDatabase } from '@tenantry/testing/database';
import { ConnectionPool } from './connection-pool.js';

const CLOSE_MS = 5_000;

describe('a pool of connections', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await TestDatabase.empty();
  });
  afterAll(() => database?.drop());

  const open = (): ConnectionPool =>
    new ConnectionPool({
      url: database.adminUrl,
      name: 'pool-spec',
      connectTimeoutMs: 5_000,
      settings: {},
      statements: 10,
      maxConnections: 1,
      acquireTimeoutMs: 5_000,
      maxAgeMs: 60_000,
      maxUses: 1, // every connection is replaced by a new one
      maxIdleMs: 60_000,
    });

  it('closes at whatever moment, also while it opens a connection for somebody who waits', async () => {
    for (let turns = 0; turns < 60; turns += 2) {
      const pool = open();
      const first = await pool.acquire();
      const waiting = pool.acquire().then(
        (connection) => pool.release(connection),
        () => undefined, // told that the service is shutting down
      );
      pool.release(first);
      for (let taken = 0; taken < turns; taken++) await turn();
      const closed = await Promise.race([pool.close().then(() => true), delay(CLOSE_MS, false, { ref: false })]);
      expect([turns, closed]).toEqual([turns, true]);
      await waiting;
    }
    const left = `select from pg_stat_activity where application_name = 'pool-spec'`;
    expect(await database.admin(left)).toEqual([]);
  });
});
