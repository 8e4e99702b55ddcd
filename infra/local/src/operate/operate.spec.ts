import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { originOf, printCheckpoint, publicKeyOf, signCheckpoint } from '@tenantry/audit-proofs';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { Archive, EVENTS_STREAM, LedgerStream, type Bus } from '@tenantry/messaging';
import { Ledger } from '@tenantry/service';
import { eventually } from '@tenantry/testing';
import pg from 'pg';
import { startPostgres, type EmbeddedPostgres } from '../postgres/embedded-postgres.js';
import { freePort } from '../process/free-port.js';
import { LocalSettings } from '../run/local-settings.js';
import { Progress } from '../run/progress.js';
import type { RunningServices } from '../run/running-services.js';
import { sample, temporary } from '../run/sample.fixture.js';
import { startInstance } from '../run/start-instance.js';
import { operate } from './operate.js';
import { openInstance } from './open-instance.js';

const TENANT = newId();
const silent = new Progress({ isTTY: false, write: () => true } as unknown as NodeJS.WriteStream);

describe('the operator of a running instance', () => {
  const shop = sample('shop', 'create table shop.note (id int primary key);');
  const services = [{ ...shop, ledger: true, archives: ['audit_anchors'] as const }];
  let postgres: EmbeddedPostgres;
  let instance: RunningServices & AsyncDisposable;
  let environment: Record<string, string>;
  let admin: pg.Client;
  const buses: Bus[] = [];

  beforeAll(async () => {
    const place = { directory: join(temporary(), 'postgres'), port: await freePort(), password: 'test' };
    postgres = await startPostgres({ ...place, throwaway: true });
    environment = {
      PORT: String(await freePort()),
      TENANTRY_STATE_DIR: join(temporary(), 'state'),
      DATABASE_URL: postgres.url,
    };
    const settings = new LocalSettings(environment);
    const rest = { split: false, mainOf: () => '', progress: silent, stop: new AbortController() };
    instance = await startInstance({ services, environment, settings, ...rest });
    admin = new pg.Client({ connectionString: postgres.url });
    await admin.connect();
  });
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.drain()));
    await admin.end();
    await instance[Symbol.asyncDispose]();
    await postgres.stop();
  });

  /** What a command prints, and the exit code that it leaves. */
  async function run(...argv: string[]): Promise<{ said: string; code: number }> {
    const said: string[] = [];
    const note = (line: string): void => void said.push(line);
    const spies = [jest.spyOn(console, 'log'), jest.spyOn(console, 'error')].map((spy) => spy.mockImplementation(note));
    try {
      await operate(services, argv, environment);
      return { said: said.join('\n'), code: Number(process.exitCode ?? 0) };
    } finally {
      spies.forEach((spy) => spy.mockRestore());
      process.exitCode = undefined;
    }
  }

  const failed = (consumer: string, eventId: string): Promise<unknown> =>
    admin.query(
      `insert into shop.failed_event (tenant_id, consumer, event_id, subject, payload, headers, error, tries)
       values ($1, $2, $3, $4, '{"data":{}}', '{"ce-id":"x"}', 'conflict', 8)`,
      [TENANT, consumer, eventId, `events.${TENANT}.shop.NoteWritten`],
    );
  async function inStream(): Promise<number> {
    const bus = await (await openInstance(services, environment)).bus();
    try {
      return (await (await bus.admin).streams.info(EVENTS_STREAM)).state.messages;
    } finally {
      await bus.drain();
    }
  }

  it('is shown what consumers gave up on, and hands back that of the consumer they name', async () => {
    expect(await run('events', 'failed')).toEqual({ said: 'no consumer gave up on an event', code: 0 });
    await failed('shop.one', newId());
    await failed('shop.two', newId());
    expect((await run('events', 'failed')).said).toMatch(/^shop\.one: 1 × conflict, since .+\nshop\.two: 1 × conflict/);
    expect((await run('events', 'replay', '--consumer', 'shop.one')).said).toBe('1 events were handed back');
    expect(await inStream()).toBe(1);
    expect((await run('events', 'failed')).said).toMatch(/^shop\.two: 1 × conflict, since \S+$/);
    expect((await run('events', 'replay')).said).toBe('1 events were handed back');
    expect((await run('events', 'replay')).said).toBe('0 events were handed back');
  });

  /** The ledger of the one service, as its operator reads it. */
  async function ledgerOf(): Promise<Ledger> {
    const instance = await openInstance(services, environment);
    const bus = await instance.bus();
    buses.push(bus);
    return new Ledger(new LedgerStream(bus, 'shop'), 'shop', [instance.secrets.masterKey]);
  }

  it('keeps an exported ledger, and gives back what was lost of it; another instance’s is refused', async () => {
    const ledger = await ledgerOf();
    await ledger.append(newId(), { said: 'first' });
    const { said: exported } = await run('tombstones', 'export');
    const file = join(temporary(), 'ledger.ndjson');
    writeFileSync(file, `${exported}\n`);
    expect((await run('tombstones', 'replay', file)).said).toMatch(/^0 entries were missing .* has 1 now/);
    const bus = await (await openInstance(services, environment)).bus();
    await (await bus.admin).streams.purge('LEDGER_shop');
    await bus.drain();
    expect((await run('tombstones', 'replay', file)).said).toMatch(/^1 entries were missing .* has 1 now/);
    const { first, last } = await ledger.range();
    expect((await ledger.read(first, last)).map(({ said }) => said)).toMatchObject([
      { said: 'first' },
      { kind: 'again' },
    ]);
    writeFileSync(file, JSON.stringify({ service: 'shop', id: newId(), entry: randomBytes(64).toString('base64url') }));
    expect(await run('tombstones', 'replay', file)).toMatchObject({
      said: expect.stringContaining('another master key'),
      code: 1,
    });
  });

  it('gets a lost stream back, filled with what the outbox still has', async () => {
    await admin.query(
      `insert into shop.outbox (id, tenant_id, kind, subject, payload, headers) values ($1, $2, 'event', $3, '{"data":{}}', '{}')`,
      [newId(), TENANT, `events.${TENANT}.shop.NoteWritten`],
    );
    await eventually(
      async () => (await admin.query('select from shop.outbox where published_at is null')).rowCount === 0,
    );
    const bus = await (await openInstance(services, environment)).bus();
    await (await bus.admin).streams.delete(EVENTS_STREAM);
    await bus.drain();
    const { said, code } = await run('events', 'rebuild');
    expect(said).toMatch(new RegExp(`^made: .*${EVENTS_STREAM}`));
    expect(code).toBe(0);
    await eventually(async () => (await inStream()) === 1);
  });

  it('is told which table lets rows out, and fails', async () => {
    const { said, code } = await run('doctor');
    expect(said).toContain('shop.note');
    expect(code).toBe(1);
  });

  it('changes the master key: the tenants’ keys are wrapped by the new one, and only by it', async () => {
    expect(await run('keys', 'rewrap')).toMatchObject({
      said: expect.stringContaining('no secrets/master.other.key'),
      code: 1,
    });
    const { state, doors } = await openInstance(services, environment);
    const before = doors(services[0]!);
    const entries = await ledgerOf();
    await entries.append('one', { said: 'kept' });
    const place = { table: 't', column: 'c', row: 'r' };
    const sealed = await before.vault.seal(PLATFORM_TENANT_ID, place, 'kept');
    const [key, other] = ['master.key', 'master.other.key'].map((name) => join(state.secrets, name));
    renameSync(key!, other!);
    writeFileSync(key!, randomBytes(32), { mode: 0o600 });
    const [first, again] = [await run('keys', 'rewrap'), await run('keys', 'rewrap')];
    expect(first.said).toMatch(/^[1-9]\d* entries of ledgers are sealed by master\.key$/m);
    expect(first.said).toMatch(/^[1-9]\d* keys of \d+ tenants are wrapped anew since now, 0 were before/);
    expect(again.said).toMatch(/^0 keys of \d+ tenants are wrapped anew since now, [1-9]/);
    rmSync(other!);
    const { first: from, last } = await (await ledgerOf()).range();
    expect(await (await ledgerOf()).read(from, last)).toContainEqual(
      expect.objectContaining({ id: 'one', said: { said: 'kept' } }),
    );
    const after = (await openInstance(services, environment)).doors(services[0]!);
    expect(await after.vault.open(PLATFORM_TENANT_ID, place, sealed)).toBe('kept');
    await Promise.all([before.close(), after.close()]);
  });

  it.each([
    [['events', 'forget'], 'There is no command "events forget"'],
    [['events', 'replay', '--service', 'nope'], 'There is no service nope'],
    [['doctor', '--loud'], "Unknown option '--loud'"],
  ])('refuses %j with one line', async (argv, reason) => {
    const { said, code } = await run(...argv);
    expect(said).toContain(reason);
    expect(said.split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });

  it('prints the heads of a log that the store has, the smallest first, and of no other log', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const noteAt = (size: number): string => {
      const checkpoint = { origin: originOf(TENANT), size, root: new Uint8Array(32) };
      return printCheckpoint(checkpoint, publicKeyOf(privateKey), signCheckpoint(checkpoint, privateKey));
    };
    await using stack = new AsyncDisposableStack();
    const bus = stack.adopt(await (await openInstance(services, environment)).bus(services[0]), (one) => one.drain());
    const archive = new Archive(bus, 'audit_anchors');
    for (const size of [10, 9]) await archive.put(`${TENANT}.${size}`, noteAt(size));
    const { said, code } = await run('audit', 'anchors', TENANT);
    const { data } = JSON.parse(said) as { data: { size: string; note: string }[] };
    expect([code, data.map(({ size }) => size), data.map(({ note }) => note)]).toEqual([
      0,
      ['9', '10'],
      [noteAt(9), noteAt(10)],
    ]);
    expect((await run('audit', 'anchors', newId())).said).toContain('The store has no head of the log');
    expect((await run('audit', 'anchors', '*')).code).toBe(1);
  });

  it('is told when there is no instance', async () => {
    environment = { ...environment, TENANTRY_STATE_DIR: join(temporary(), 'none') };
    expect(await run('doctor')).toMatchObject({ said: expect.stringContaining('There is no instance in'), code: 1 });
  });
});
