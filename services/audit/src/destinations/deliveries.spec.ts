import { parseVerifier } from '@tenantry/audit-proofs';
import {
  addAuditDestination,
  enableAuditDestination,
  getAuditDestination,
  rewindAuditDestination,
  type AddAuditDestinationRequest,
  type AddAuditDestinationResponse,
  type AuditDestination,
} from '@tenantry/contracts';
import { Mailer, OutboundHttp, type Mail } from '@tenantry/service';
import type { TestTenant } from '@tenantry/testing';
import { auditTenants, READER, verify } from '../testing/audit.fixture.js';
import { TestReceiver, type Received } from './receiver.fixture.js';

const OWNER = { permissions: ['audit.*'] };

describe('the stream of an audit log', () => {
  const receiver = new TestReceiver();
  const mails: Mail[] = [];
  const t = auditTenants([
    { provide: OutboundHttp, useValue: new OutboundHttp({ networks: ['127.0.0.1/32'] }) },
    { provide: Mailer, useValue: { send: (mail: Mail) => Promise.resolve(void mails.push(mail)) } },
  ]);

  beforeAll(() => receiver.start());
  afterAll(() => receiver.stop());
  beforeEach(() => receiver.reset());

  const deliver = (): Promise<void> => t.bus.runSchedule('audit.deliveries');
  const add = (
    tenant: TestTenant,
    more: Partial<AddAuditDestinationRequest> = {},
  ): Promise<AddAuditDestinationResponse> =>
    tenant.call(addAuditDestination, { name: 'SIEM', url: `${receiver.url}/${tenant.id}`, from: 1n, ...more }, OWNER);
  const stateOf = (tenant: TestTenant, { destination }: AddAuditDestinationResponse): Promise<AuditDestination> =>
    tenant.call(getAuditDestination, { destinationId: destination!.id }, READER);
  const of = (tenant: TestTenant): Received[] => receiver.at(`/${tenant.id}`);
  const rangesOf = (tenant: TestTenant): string[] =>
    of(tenant).map(({ headers }) => `${headers['tenantry-first']}-${headers['tenantry-last']}`);
  const write = async (tenant: TestTenant, entries: number): Promise<void> => {
    await t.write(tenant, entries);
    await t.sign();
  };
  const makeDue = (): Promise<unknown> => t.database.admin(`update audit.destination set next_at = '2000-01-01'`);

  it('brings every entry once, in order, to its own tenant’s destination alone', async () => {
    await Promise.all([add(t.a), add(t.b)]);
    await Promise.all([t.write(t.a, 450), t.write(t.b, 3)]);
    await t.sign();
    await deliver();
    expect(rangesOf(t.a)).toEqual(['1-200', '201-400', '401-450']);
    expect(rangesOf(t.b)).toEqual(['1-3']);
    expect(of(t.b)[0]!.body).not.toContain(t.a.id);
    await deliver();
    expect(receiver.batches).toHaveLength(4);
  });

  it('brings batches that are exports, each of which verifies, and links to the one before', async () => {
    const made = await add(t.a);
    await write(t.a, 300);
    await deliver();
    await write(t.a, 5);
    await deliver();
    const { key } = await t.checkpoint(t.a);
    const found = await Promise.all(of(t.a).map(({ body }) => verify(body, { keys: [parseVerifier(key)] })));
    expect(found.map(({ first, last }) => [first, last])).toEqual([
      [1, 200],
      [201, 300],
      [301, 305],
    ]);
    const headers = of(t.a).map((batch) => batch.headers);
    expect(headers.slice(1).map((one) => one['tenantry-previous-root'])).toEqual(
      headers.slice(0, -1).map((one) => one['tenantry-root']),
    );
    expect(await stateOf(t.a, made)).toMatchObject({ delivered: 305n, behind: 0n, failures: 0, problem: null });
  });

  it('shows classified values to nobody', async () => {
    await add(t.a);
    await add(t.a, { format: 'ocsf' });
    await write(t.a, 2);
    await deliver();
    expect(of(t.a)).toHaveLength(2);
    expect(
      of(t.a)
        .map(({ body }) => body)
        .join(''),
    ).not.toContain('@example.com');
  });

  it('sends what comes from now on unless it is told from where', async () => {
    await write(t.a, 7);
    await add(t.a, { from: undefined });
    await deliver();
    expect(of(t.a)).toEqual([]);
    await write(t.a, 2);
    await deliver();
    expect(rangesOf(t.a)).toEqual(['8-9']);
  });

  it('comes with the token that the receiver asks for, and a signature', async () => {
    await add(t.a, { bearerToken: 'let-me-in-please' });
    await write(t.a, 1);
    await deliver();
    expect(of(t.a)[0]!.headers).toMatchObject({
      authorization: 'Bearer let-me-in-please',
      'webhook-signature': expect.stringMatching(/^v1,/),
    });
    const [stored] = await t.database.admin<{ row: string }>(
      `select destination::text as row from audit.destination where tenant_id = $1`,
      [t.a.id],
    );
    expect(stored!.row).not.toContain('let-me-in');
    expect(JSON.stringify(await t.outbox())).not.toMatch(/let-me-in|whsec_/);
  });

  describe('when a receiver fails', () => {
    it('tries the same entries again, and the tenant sees why', async () => {
      const made = await add(t.a);
      receiver.answers = [500];
      await write(t.a, 3);
      await deliver();
      expect(await stateOf(t.a, made)).toMatchObject({
        ...{ state: 'active', delivered: 0n, behind: 3n, failures: 1, problem: 'The receiver answered 500' },
        nextAttemptAt: expect.any(Date),
      });
      await deliver(); // too early
      await makeDue();
      await deliver();
      expect(rangesOf(t.a)).toEqual(['1-3', '1-3']);
      expect(await stateOf(t.a, made)).toMatchObject({
        delivered: 3n,
        failures: 0,
        problem: null,
        nextAttemptAt: null,
      });
    });

    it('follows no redirect, and goes to no address inside', async () => {
      const made = await add(t.a, { url: 'https://169.254.169.254/latest' });
      await add(t.b);
      receiver.answers = [302];
      await write(t.a, 1);
      await write(t.b, 1);
      await deliver();
      expect(receiver.batches).toHaveLength(1);
      expect(await stateOf(t.a, made)).toMatchObject({
        problem: expect.stringMatching(/not an address that outbound/),
      });
    });

    it('goes on with the others', async () => {
      await Promise.all([add(t.a), add(t.b)]);
      receiver.answers = Array.from({ length: 3 }, () => 503);
      await Promise.all([t.write(t.a, 1), t.write(t.b, 1)]);
      await t.sign();
      await deliver();
      receiver.answers = [];
      await t.database.admin(`update audit.destination set next_at = '2000-01-01' where tenant_id = $1`, [t.b.id]);
      await deliver();
      expect(of(t.b)).toHaveLength(2);
      expect(of(t.a)).toHaveLength(1);
    });

    it.each([
      [
        'after three days',
        500,
        `update audit.destination set failures = 99, failing_since = now() - interval '3 days'`,
      ],
      ['at once when it is gone', 410, 'select 1'],
    ])(
      'is disabled %s, with an event and a mail, and goes on where it stopped once it is enabled',
      async (_when, status, sql) => {
        const email = `${t.a.id}@example.com`;
        const made = await add(t.a, { email });
        await write(t.a, 2);
        await t.database.admin(sql);
        receiver.answers = [status];
        await deliver();
        expect(await stateOf(t.a, made)).toMatchObject({ state: 'disabled', delivered: 0n, nextAttemptAt: null });
        expect(mails.filter(({ to }) => to === email)).toMatchObject([
          { subject: 'Audit log: destination "SIEM" is disabled' },
        ]);
        const id = made.destination!.id;
        const disabled = (await t.outbox()).filter(({ type }) => type === 'AuditDestinationDisabled');
        expect(disabled).toMatchObject([{ tenantId: t.a.id, destinationId: id, delivered: '0' }]);
        await makeDue();
        await deliver();
        expect(of(t.a)).toHaveLength(1);
        await t.a.call(enableAuditDestination, { destinationId: id }, OWNER);
        await deliver();
        expect(rangesOf(t.a)).toEqual(['1-2', '1-2']);
        expect(await stateOf(t.a, made)).toMatchObject({ state: 'active', delivered: 2n, problem: null });
      },
    );
  });

  it('sends everything again from an entry on, also when that is asked for while a batch is on its way', async () => {
    const made = await add(t.a);
    const rewind = { destinationId: made.destination!.id, from: 3n };
    await write(t.a, 4);
    await deliver();
    await t.a.call(rewindAuditDestination, rewind, OWNER);
    await deliver();
    expect(rangesOf(t.a)).toEqual(['1-4', '3-4']);
    await write(t.a, 1);
    receiver.meanwhile = (batch) =>
      batch.headers['tenantry-first'] === '5'
        ? t.a.call(rewindAuditDestination, { ...rewind, from: 1n }, OWNER)
        : Promise.resolve();
    await deliver();
    expect(rangesOf(t.a).slice(2)).toEqual(['5-5', '1-5']);
  });

  it('says nothing when the stored log is not the one that was signed', async () => {
    const made = await add(t.a);
    await write(t.a, 300);
    await t.database.admin(`set session_replication_role = replica;
      delete from audit.subtree where tenant_id = '${t.a.id}'; set session_replication_role = origin`);
    await deliver();
    await makeDue();
    await deliver();
    expect(await stateOf(t.a, made)).toMatchObject({ problem: 'The stored log is not the one that was signed' });
    expect(t.reported).toMatchObject([{ facts: { alarm: 'audit-log-altered', tenantId: t.a.id } }, {}]);
  });
});
