import {
  approveErasure,
  collectAccess,
  completeErasureTask,
  type Erasure,
  getAccess,
  getErasure,
  getErasureCertificate,
  openPrivacyRequest,
  type PersonPlace,
  planAccess,
  planErasure,
  signStatement,
} from '@tenantry/contracts';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { ComplianceFixture } from '../compliance.fixture.js';
import { Peers } from '../places/peers.fixture.js';

const subject = [{ table: 'customers', value: '5' }];
const email = 'ada@example.com';

describe('What Tenantry’s own services have of a person', () => {
  const f = new ComplianceFixture();
  const { t, peers, clock } = f;
  const somebody = (): Partial<TenantContext> => ({ actor: { kind: 'user', id: newId(), role: 'compliance' } });
  const place = (name: string, action: string, more: Partial<PersonPlace> = {}): PersonPlace => ({
    ...{ place: name, rows: 1n, action, reason: null, columns: [{ name: 'email', classification: 'personal' }] },
    ...more,
  });
  const kept = place('billing.invoice', 'keep', { reason: 'Tax law', columns: [] });

  beforeEach(() => {
    Object.assign(peers, new Peers());
    peers.services = { identity: [place('identity.membership', 'delete')], billing: [kept] };
  });

  const run = (): Promise<void> => t.bus.runSchedule('compliance.plans');
  const get = (erasureId: string): Promise<Erasure> => t.a.call(getErasure, { erasureId });
  const of = ({ places }: Pick<Erasure, 'places'>, service: string) =>
    places.filter((one) => one.service === service).map(({ place: name, kind, action }) => [name, kind, action]);
  const plan = (more: object = { email }, tenant: TestTenant = t.a) =>
    tenant.call(planErasure, { subject, ...more }, somebody());
  const carryOut = async (more?: object): Promise<Erasure> => {
    const { id: erasureId, digest } = await plan(more);
    await t.a.call(approveErasure, { erasureId, digest }, somebody());
    await run();
    return get(erasureId);
  };
  const doTasks = async ({ id: erasureId, places }: Erasure): Promise<void> => {
    for (const { position } of places.filter(({ status }) => status === 'waiting')) {
      await t.a.call(completeErasureTask, { erasureId, position: BigInt(position), finding: 'Done.' }, somebody());
    }
    await run();
  };

  it('is part of the plan when an address or a user id says whom to look for, and a task otherwise', async () => {
    const planned = await plan();
    expect(of(planned, 'identity')).toEqual([['identity.membership', 'rows', 'delete']]);
    expect(of(planned, 'billing')).toEqual([['billing.invoice', 'mention', 'keep']]);
    expect(of(await plan({ userId: newId() }), 'identity')).toEqual([['identity.membership', 'rows', 'delete']]);
    expect(of(await plan({}), 'identity')).toMatchObject([[expect.anything(), 'task', 'manual']]);
  });

  it('is looked for by the address of the privacy request unless another is given', async () => {
    const person = { subjectName: 'Ada', subjectEmail: 'Ada@Example.com' };
    const { id: requestId } = await t.a.call(openPrivacyRequest, { type: 'gdpr_erasure', ...person });
    expect(await plan({ requestId })).toMatchObject({ email });
    expect(await plan({ requestId, email: 'other@example.com' })).toMatchObject({ email: 'other@example.com' });
    await expect(plan({ requestId }, t.b)).rejects.toBeFault('not-found');
  });

  it('is a task when its service does not answer: never a silent gap', async () => {
    peers.silent = ['identity'];
    const planned = await plan();
    const task = planned.places.find(({ service }) => service === 'identity');
    expect(task).toMatchObject({ kind: 'task', reason: expect.stringContaining('did not answer') });
    expect(of(planned, 'billing')).toEqual([['billing.invoice', 'mention', 'keep']]);
  });

  it('is erased by its service, of that person and tenant, before the certificate, which says what was done and kept', async () => {
    const signed = jest.spyOn(peers, 'call');
    peers.services = { ...peers.services, agents: [place('agents.conversation_message', 'restrict')] };
    const erased = await carryOut();
    const identity = { service: 'identity', tenantId: t.a.id, input: { email, userId: null } };
    expect(peers.erasedBy).toContainEqual(identity);
    await doTasks(erased);
    expect(await t.a.call(getErasureCertificate, { erasureId: erased.id })).toMatchObject({ note: 'a note' });
    const statement = signed.mock.calls.find(([{ name }]) => name === signStatement.name);
    const { body } = statement![1] as unknown as { body: string };
    signed.mockRestore();
    expect(JSON.parse(body)).toMatchObject({
      services: {
        places: expect.arrayContaining([
          { service: 'identity', place: 'identity.membership', action: 'delete', rows: '1' },
        ]),
      },
      exceptions: expect.arrayContaining([
        expect.objectContaining({ place: 'billing.invoice', reason: 'Tax law' }),
        expect.objectContaining({ place: 'agents.conversation_message', reason: expect.stringMatching('legal hold') }),
      ]),
    });
    expect(body).not.toContain(email);
  });

  it('is left to people when its service refuses, and the certificate waits for them', async () => {
    peers.refusals = { identity: new Fault('last-owner') };
    const erased = await carryOut();
    expect(of(erased, 'identity')).toEqual([['identity.membership', 'task', 'manual']]);
    expect(erased).toMatchObject({ status: 'certifying' });
    await doTasks(erased);
    expect((await get(erased.id)).status).toBe('done');
  });

  it('is tried again while its service is away, without asking the data service again', async () => {
    const { id: erasureId, digest } = await plan();
    await t.a.call(approveErasure, { erasureId, digest }, somebody());
    peers.silent = ['identity'];
    await run();
    expect(await get(erasureId)).toMatchObject({ status: 'certifying', problem: expect.any(String) });
    peers.silent = [];
    clock.advanceMinutes(1);
    await run();
    expect(peers.erasedBy.map(({ service }) => service)).toContain('identity');
    expect(peers.erased).toHaveLength(1);
  });

  it('is collected for a copy from the service that has it', async () => {
    const asked = jest.spyOn(peers, 'download');
    const { id: accessId, digest } = await t.a.call(planAccess, { subject, email });
    await t.a.call(collectAccess, { accessId, digest });
    await run();
    const { places } = await t.a.call(getAccess, { accessId });
    expect(places.find(({ service }) => service === 'identity')).toMatchObject({ status: 'done', collected: 3n });
    expect(asked.mock.calls).toContainEqual([
      expect.objectContaining({ name: 'CollectMemberSubject' }),
      { email, userId: null, place: 'identity.membership' },
      expect.objectContaining({ tenantId: t.a.id }),
    ]);
    asked.mockRestore();
  });
});
