import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { operations } from '@tenantry/contracts';
import { replayAll } from './replay.js';
import { tryImports } from './run-imports.js';
import { run, succeedsEnough, type Tally } from './run.js';
import { lookAtB } from './unchanged.js';
import { World } from './world.js';

/** The short form of `npm run fuzz`: always the same cases, on a whole system of its own. */
const SEED = 1;
const RUNS = 2;
const IMPORTS = 5;

const reachable = operations.filter(({ http }) => http !== null);

describe('a whole system', () => {
  let world: World;
  let before: string;

  beforeAll(async () => {
    world = await World.open();
    before = await lookAtB(world);
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  it('answers what once failed as it should', async () => {
    expect(await replayAll(world)).toEqual([]);
  });

  it('answers every operation by the book, whatever it is sent, and takes what is right', async () => {
    const tallies: Tally[] = [];
    for await (const tally of run(world, { seed: SEED, runs: RUNS, operations: reachable })) tallies.push(tally);
    expect(tallies.flatMap(({ failures }) => failures)).toEqual([]);
    const low = reachable.filter((operation, index) => !succeedsEnough(operation, tallies[index]!));
    expect(low.map(({ name }) => name)).toEqual([]);
  });

  it('names the row at fault of an import, and takes none of its rows', async () => {
    expect(await tryImports(world, { seed: SEED, runs: IMPORTS })).toEqual([]);
  });

  it('leaves tenant B as it was, whatever A and the staff are made to send', async () => {
    expect(await lookAtB(world)).toBe(before);
  });

  it('answers an exception with the id of the request and nothing else, and logs it', async () => {
    const postgres = await world.instance.connect('postgres');
    try {
      await postgres.query(`
        create function public.break() returns trigger language plpgsql as
          $$begin raise exception using message = 'the inside of ' || new.name, errcode = 'XX000'; end$$;
        create trigger break before insert on tenants.organization for each row execute function public.break()`);
      const headers = { ...(await world.staff.credential()), 'content-type': 'application/json' };
      const body = Buffer.from(JSON.stringify({ name: 'Broken' }));
      const answer = await world.wire.send({ method: 'POST', target: '/v1/organizations', headers, body });
      const requestId = answer.headers['tenantry-request-id'];
      expect(answer.status).toBe(500);
      expect(JSON.parse(answer.text)).toEqual({
        type: 'urn:tenantry:problem:internal',
        title: 'Something went wrong on our side',
        status: 500,
        detail: 'Something went wrong on our side',
        code: 'internal',
        requestId,
        errors: [],
      });
      const log = await readFile(join(world.stateDir, 'logs', 'tenants.log'), 'utf8');
      const line = log.split('\n').find((one) => one.includes(String(requestId)));
      expect(line).toContain('XX000');
      expect(line).not.toContain('the inside of');
    } finally {
      await postgres.query(
        'drop trigger if exists break on tenants.organization; drop function if exists public.break()',
      );
      await postgres.end();
    }
  });
});
