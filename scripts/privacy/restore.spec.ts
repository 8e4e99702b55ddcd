import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { operate } from '@tenantry/local';
import { eventually } from '@tenantry/testing';
import type { Client } from '../fuzz/client.js';
import { World } from '../fuzz/world.js';
import { services } from '../services.js';
import { eraseCustomer, openShop } from './shop.js';

const run = promisify(execFile);
const PATIENCE_MS = 90_000;
/** The address of customer 5, in rows, in the audit log, and in nothing that was not told by the tenant. */
const EMAIL_OF_5 = 'email=not.is.null&customer_id=eq.5&select=customer_id';

describe('a database restored from a backup in which an erased person is', () => {
  let world: World;
  let planner: Client;

  beforeAll(async () => {
    world = await World.open();
    planner = await world.secondPerson();
    await openShop(world.a.owner);
    await openShop(world.b.owner);
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  const folder = (...path: string[]): string => join(world.stateDir, ...path);
  const backup = (): string => folder('postgres', 'backup');
  const dump = (): Promise<void> =>
    world.restart(async () => void (await run('cp', ['-a', folder('postgres', 'data'), backup()])));
  const restore = (besides: () => Promise<void> = () => Promise.resolve()): Promise<void> =>
    world.restart(async () => {
      await rm(folder('postgres', 'data'), { recursive: true });
      await run('cp', ['-a', backup(), folder('postgres', 'data')]);
      await besides();
    });
  const rows = (owner: Client, query: string): Promise<unknown[]> => owner.must('GET', `/rest/v1/${query}`);
  const isThere = async (owner: Client): Promise<boolean> => (await rows(owner, `customers?${EMAIL_OF_5}`)).length > 0;
  const isForgotten = (owner: Client) => eventually(async () => !(await isThere(owner)), PATIENCE_MS);
  const sealedIn = async (): Promise<number> => {
    const path = '/v1/audit/events?resource=customers/5';
    const { data } = await world.a.owner.must<{ data: object[] }>('GET', path);
    return data.filter((entry) => JSON.stringify(entry).includes('"value"')).length;
  };
  const command = async (...argv: string[]): Promise<string> => {
    const said: string[] = [];
    const spy = jest.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
    try {
      await operate(services, argv, { TENANTRY_STATE_DIR: world.stateDir });
      return said.join('\n');
    } finally {
      spy.mockRestore();
    }
  };

  it('forgets them again by itself, in rows and in the audit log, and takes nothing from anybody else', async () => {
    const others = await rows(world.a.owner, 'customers?customer_id=neq.5&order=customer_id');
    await dump();
    const { id } = await eraseCustomer(planner, world.a.owner, 5);
    expect(await isThere(world.a.owner)).toBe(false);
    expect(await sealedIn()).toBe(0);

    await restore();
    await isForgotten(world.a.owner);
    await eventually(async () => (await sealedIn()) === 0, PATIENCE_MS);
    expect(await isThere(world.b.owner)).toBe(true);
    expect(await rows(world.a.owner, 'customers?customer_id=neq.5&order=customer_id')).toEqual(others);
    await expect(world.a.owner.must('GET', `/v1/privacy/erasures/${id}`)).rejects.toThrow('404');
  });

  it('forgets them again when the ledger was lost with it, from the file that was exported', async () => {
    const file = folder('tombstones.ndjson');
    const exported = await command('tombstones', 'export');
    expect(exported).not.toMatch(/customers|luisg/);
    await writeFile(file, exported);

    await restore(() => rm(folder('nats', 'jetstream'), { recursive: true }));
    expect(await isThere(world.a.owner)).toBe(true);
    expect(await command('tombstones', 'replay', file)).toMatch(/^[1-9]\d* entries were missing/);
    await isForgotten(world.a.owner);
    expect(await isThere(world.b.owner)).toBe(true);
  });
});
