import type { Doors } from '@tenantry/database';
import { TestDatabase, eventually } from '@tenantry/testing';
import { memoryLog } from '../fixture/orders-on-nats.fixture.js';
import { Schedules } from './schedules.js';

const migrations = new URL('../fixture/migrations/orders/', import.meta.url);

describe('scheduled work', () => {
  const log = memoryLog();
  let database: TestDatabase;
  let replicas: Doors[];

  beforeAll(async () => {
    database = await TestDatabase.create([{ name: 'orders', migrations, jobs: [] }]);
    replicas = [database.doors('orders'), database.doors('orders')];
  });

  afterAll(() => database.drop());

  it('runs on one replica, again and again, never twice at the same time; another takes over', async () => {
    const runs = [0, 0];
    let running = 0;
    let most = 0;
    const schedulesOf = (replica: number): Schedules => {
      const method = async (): Promise<void> => {
        most = Math.max(most, ++running);
        runs[replica] = (runs[replica] ?? 0) + 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
      };
      return new Schedules([{ facts: { name: 'tick', intervalMs: 10 }, method }], replicas[replica]!, log, 50);
    };
    const [first, second] = [schedulesOf(0), schedulesOf(1)];
    first.start();
    await eventually(() => runs[0]! > 3);
    second.start();
    const before = runs[0]!;
    await eventually(() => runs[0]! > before + 3);
    expect(runs[1]).toBe(0);
    await first.stop();
    const last = runs[0];
    await eventually(() => runs[1]! > 3);
    await second.stop();
    expect(runs[0]).toBe(last);
    expect(most).toBe(1);
  });

  it('goes on after it failed, and says so', async () => {
    let runs = 0;
    const method = (): Promise<void> => {
      runs += 1;
      return Promise.reject(new Error('broken'));
    };
    const schedules = new Schedules([{ facts: { name: 'broken', intervalMs: 5 }, method }], replicas[0]!, log, 50);
    schedules.start();
    await eventually(() => runs > 2);
    await schedules.stop();
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', facts: expect.objectContaining({ schedule: 'broken' }) }),
    );
  });
});
