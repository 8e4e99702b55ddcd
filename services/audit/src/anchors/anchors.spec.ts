import { parseCheckpoint } from '@tenantry/audit-proofs';
import {
  compareAuditAnchors,
  getAuditAnchoring,
  getAuditCheckpoint,
  listAuditAnchors,
  replaceAuditAnchoring,
  type AuditAnchoring,
} from '@tenantry/contracts';
import { Bus } from '@tenantry/messaging';
import { Mailer, OutboundHttp, type Mail } from '@tenantry/service';
import { TestNats, type TestTenant } from '@tenantry/testing';
import { auditService } from '../audit.module.js';
import { auditTenants, READER, verify } from '../testing/audit.fixture.js';
import { TestWitness } from './witness.fixture.js';

const OWNER = { permissions: ['audit.*'] };

describe('heads of audit logs', () => {
  let nats: TestNats;
  const mails: Mail[] = [];
  let mailServer = 'up';
  const witness = new TestWitness();
  const send = (mail: Mail): Promise<void> => {
    if (mailServer === 'down') return Promise.reject(new Error(`550 no such user ${mail.to}`));
    mails.push(mail);
    return Promise.resolve();
  };
  const connect = async (): Promise<Bus> => {
    nats = await TestNats.start([auditService], { operations: [] });
    return nats.connect('audit');
  };
  const t = auditTenants([
    { provide: Bus, useFactory: connect },
    { provide: Mailer, useValue: { send } },
    { provide: OutboundHttp, useValue: new OutboundHttp({ networks: ['127.0.0.1/32'] }) },
  ]);

  beforeAll(() => witness.start());
  afterAll(() => Promise.all([nats.stop(), witness.stop()]));
  beforeEach(() => (mailServer = 'up'));

  const anchor = (): Promise<void> => t.bus.runSchedule('audit.anchors');
  /** As if so much time had gone by that every place is due. */
  const later = (): Promise<unknown> => t.database.admin(`update audit.anchor_place set next_at = '2000-01-01'`);
  const sizes = async (tenant: TestTenant): Promise<bigint[]> =>
    (await tenant.call(listAuditAnchors, {}, READER)).data.map(({ size }) => size);
  const grow = async (tenant: TestTenant, entries: number): Promise<void> => {
    await t.write(tenant, entries);
    await t.sign();
    await later();
    await anchor();
  };
  const places = async (tenant: TestTenant): Promise<AuditAnchoring['places']> =>
    (await tenant.call(getAuditAnchoring, {}, READER)).places;
  const withoutTriggers = (text: string): Promise<unknown> =>
    t.database.admin(`set session_replication_role = replica; ${text}; set session_replication_role = origin`);

  describe('in the write-once store', () => {
    it('are there for every log, once an hour, and each tenant sees its own', async () => {
      await t.write(t.b, 1);
      await grow(t.a, 3);
      await t.write(t.a, 2);
      await t.sign();
      await anchor(); // not due again
      expect(await sizes(t.a)).toEqual([3n]);
      expect(await sizes(t.b)).toEqual([1n]);
      await grow(t.a, 5);
      const { data } = await t.a.call(listAuditAnchors, { from: 4n }, READER);
      expect(data.map(({ size }) => size)).toEqual([10n]);
      expect(data[0]!.note).toBe((await t.checkpoint(t.a)).note);
    });

    it('come page by page', async () => {
      for (const entries of [1, 1, 1]) await grow(t.a, entries);
      const first = await t.a.call(listAuditAnchors, { limit: 2 }, READER);
      expect([first.data.map(({ size }) => size), first.nextFrom]).toEqual([[1n, 2n], 3n]);
      const second = await t.a.call(listAuditAnchors, { from: first.nextFrom!, limit: 2 }, READER);
      expect([second.data.map(({ size }) => size), second.nextFrom]).toEqual([[3n], null]);
    });

    it('are what the log is compared with, and an export offline', async () => {
      for (const entries of [300, 300]) await grow(t.a, entries);
      expect(await t.a.call(compareAuditAnchors, {}, READER)).toMatchObject({
        ...{ compared: 2, holds: true, deviation: null, nextFrom: null },
      });
      const { data } = await t.a.call(listAuditAnchors, {}, READER);
      const checkpoints = data.map(({ note }) => parseCheckpoint(note));
      await expect(verify(await t.export(t.a), { checkpoints })).resolves.toMatchObject({ last: 600 });
      expect(t.reported).toEqual([]);
    });

    it('show what was rewritten by somebody with the database and the key, and between which entries', async () => {
      for (const entries of [300, 100, 100]) await grow(t.a, entries);
      const log = `tenant_id = '${t.a.id}'`;
      await withoutTriggers(`update audit.entry set leaf_hash = sha256('other') where ${log} and sequence = 350;
        delete from audit.subtree where ${log}; delete from audit.checkpoint where ${log}`);
      await t.sign(); // with the service's own key
      expect(await t.a.call(compareAuditAnchors, {}, READER)).toMatchObject({
        ...{ compared: 3, holds: false },
        deviation: { size: 400n, firstEntry: 301n, lastEntry: 400n },
      });
      expect(t.reported).toMatchObject([{ facts: { alarm: 'audit-log-altered' } }]);
      await t.write(t.a, 1);
      await t.sign();
      await later();
      await anchor(); // by itself, an hour later
      expect(t.reported).toHaveLength(2);
      expect(await places(t.a)).toMatchObject([
        { place: 'store', size: 500n, problem: expect.stringMatching(/not the/) },
      ]);
      expect(await t.b.call(compareAuditAnchors, {}, READER)).toMatchObject({ holds: true });
    });

    it('show that the log was cut off', async () => {
      for (const entries of [300, 100]) await grow(t.a, entries);
      const log = `tenant_id = '${t.a.id}'`;
      await withoutTriggers(`delete from audit.entry where ${log} and sequence > 300;
        delete from audit.checkpoint where ${log} and size > 300; update audit.head set size = 300 where ${log}`);
      expect(await t.a.call(compareAuditAnchors, {}, READER)).toMatchObject({
        deviation: { firstEntry: 301n, detail: expect.stringMatching(/is missing/) },
      });
    });
  });

  describe('by mail', () => {
    const addressOf = ({ id }: TestTenant): string => `${id}@example.com`;
    const mail = (tenant: TestTenant) => tenant.call(replaceAuditAnchoring, { email: addressOf(tenant) }, OWNER);
    const mailsOf = (tenant: TestTenant): Mail[] => mails.filter(({ to }) => to === addressOf(tenant));

    it('come to the address that the tenant chose, as a file to compare with, once a day', async () => {
      await mail(t.a);
      await t.write(t.b, 1);
      await grow(t.a, 3);
      expect(mailsOf(t.a)).toMatchObject([{ subject: expect.stringMatching(/: 3 entries$/) }]);
      expect(mailsOf(t.b)).toEqual([]);
      const note = /-{10,}\n([^]*?)-{10,}\n/.exec(mailsOf(t.a)[0]!.text)?.[1];
      expect(parseCheckpoint(note!)).toMatchObject({ size: 3 });
      await t.write(t.a, 1);
      await t.sign();
      await anchor();
      expect(mailsOf(t.a)).toHaveLength(1);
      expect(await places(t.a)).toMatchObject([{ place: 'store' }, { place: 'mail', size: 3n, problem: null }]);
    });

    it('are tried again when the mail server did not take them, and the tenant is told', async () => {
      await mail(t.a);
      mailServer = 'down';
      await grow(t.a, 1);
      const [, state] = await places(t.a);
      expect(state).toMatchObject({ size: 0n, problem: 'The mail server did not take the mail' });
      mailServer = 'up';
      await later();
      await anchor();
      expect(mailsOf(t.a)).toHaveLength(1);
      expect((await places(t.a))[1]).toMatchObject({ size: 1n, problem: null });
    });

    it('have an address that is in the log, sealed', async () => {
      await mail(t.a);
      const [event] = await t.outbox();
      expect(event).toMatchObject({ type: 'AuditAnchoringReplaced', mailed: true, witnessed: false });
      expect(JSON.stringify(event)).not.toContain(addressOf(t.a));
      expect(await t.b.call(getAuditAnchoring, {}, READER)).toMatchObject({ email: null });
    });
  });

  describe('by a witness', () => {
    const choose = (tenant: TestTenant, more: object = {}) =>
      tenant.call(replaceAuditAnchoring, { witnessUrl: witness.url, witnessKey: witness.key, ...more }, OWNER);
    const trust = async (tenant: TestTenant): Promise<void> => witness.trust((await t.checkpoint(tenant)).key);
    const witnessed = async () => (await places(t.a)).at(-1);

    it('are signed by it, from one to the next, and the signature stands on the checkpoint', async () => {
      await choose(t.a);
      await t.write(t.a, 300);
      await t.sign();
      await trust(t.a);
      await anchor();
      expect(await witnessed()).toMatchObject({ place: 'witness', size: 300n, problem: null });
      await grow(t.a, 57);
      expect(witness.sizes).toEqual([300, 357]);
      await t.write(t.a, 1);
      await t.sign(); // the newest is not cosigned yet
      const { note, size } = await t.a.call(getAuditCheckpoint, { cosigned: true }, READER);
      expect(size).toBe(357n);
      expect(witness.saw(note)).toBe(true);
      await expect(t.b.call(getAuditCheckpoint, { cosigned: true }, READER)).rejects.toBeFault('not-found');
    });

    it('go on from where it is when it has seen more than the service remembers', async () => {
      await choose(t.a);
      await t.write(t.a, 5);
      await t.sign();
      await trust(t.a);
      await anchor();
      await t.database.admin(`update audit.anchor_place set size = 0 where place = 'witness'`);
      await grow(t.a, 5);
      expect(await witnessed()).toMatchObject({ size: 10n, problem: null });
    });

    it('are refused by it when the log was rewritten', async () => {
      await choose(t.a);
      await t.write(t.a, 5);
      await t.sign();
      await trust(t.a);
      await anchor();
      const log = `tenant_id = '${t.a.id}'`;
      await withoutTriggers(`update audit.entry set leaf_hash = sha256('other') where ${log} and sequence = 2;
        delete from audit.checkpoint where ${log}`);
      await t.sign();
      await grow(t.a, 1);
      expect(await witnessed()).toMatchObject({ size: 5n, problem: 'The witness has seen another log than this one' });
    });

    it.each([
      ['does not know the log', () => witness.forget(), 'The witness answered 404: it does not know this log'],
      ['answers nonsense', () => witness.answerWith(200, 'thank you\n'), 'without a valid signature'],
      ['signs with another key', () => witness.useAnotherKey(), 'without a valid signature'],
      ['redirects', () => witness.answerWith(302, ''), 'The witness answered 302'],
    ])('are not kept from one that %s, and the tenant is told', async (_what, spoil, problem) => {
      await choose(t.a);
      await t.write(t.a, 2);
      await t.sign();
      await trust(t.a);
      spoil();
      await anchor();
      expect(await witnessed()).toMatchObject({ size: 0n, problem: expect.stringContaining(problem) });
      expect(await t.a.count('audit.cosignature')).toBe(0);
    });

    it('go to no address inside', async () => {
      await choose(t.a, { witnessUrl: 'http://169.254.169.254/latest' });
      await grow(t.a, 1);
      expect(await witnessed()).toMatchObject({ problem: expect.stringMatching(/not an address that outbound/) });
    });

    it.each([
      [{ witnessUrl: 'https://w.example' }, 'witnessKey'],
      [{ witnessKey: 'w+00000000+BA==' }, 'witnessUrl'],
      [{ witnessUrl: 'https://w.example', witnessKey: 'w+00000000+BA==' }, 'witnessKey'],
      [{ witnessUrl: 'ftp://w.example' }, 'witnessUrl'],
      [{ email: 'nobody' }, 'email'],
    ])('are not sent by halves: %j', async (wrong, field) => {
      await expect(t.a.call(replaceAuditAnchoring, wrong, OWNER)).rejects.toBeFault('invalid-input', { field });
      expect(await t.a.count('audit.anchoring')).toBe(0);
    });
  });

  it('are kept where only those say who may configure the log', async () => {
    await expect(t.a.call(replaceAuditAnchoring, {}, READER)).rejects.toBeFault('forbidden');
  });
});
