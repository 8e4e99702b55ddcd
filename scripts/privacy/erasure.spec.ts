import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseVerifier, verifyCertificate } from '@tenantry/audit-proofs';
import { eventually } from '@tenantry/testing';
import { operate } from '@tenantry/local';
import { services } from '../services.js';
import type { Client } from '../fuzz/client.js';
import { World, type WorldTenant } from '../fuzz/world.js';
import { type Erasure, eraseCustomer, openShop, planErasure } from './shop.js';

type Signed = { note: string; key: string };
type Said = { services: { places: object[] }; exceptions: object[] };
type Entry = { id: string; resource: string; resourceId: string; old: object | null; new: object | null };

const PATIENCE_MS = 60_000;

describe('a whole system asked to forget one person', () => {
  let world: World;
  let planner: Client;

  beforeAll(async () => {
    world = await World.open();
    planner = await world.secondPerson();
    await openShop(world.a.owner);
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  const plan = (customer: number): Promise<Erasure> => planErasure(planner, customer);
  const get = (id: string): Promise<Erasure> => world.a.owner.must('GET', `/v1/privacy/erasures/${id}`);
  const rows = <T>(query: string): Promise<T[]> => world.a.owner.must('GET', `/rest/v1/${query}`);
  const carryOut = (customer: number): Promise<Erasure> => eraseCustomer(planner, world.a.owner, customer);

  it('keeps what has to be kept, with nothing about the person in it, and nobody else loses anything', async () => {
    const others = await rows('customers?customer_id=neq.5&order=customer_id');
    const invoices = await rows<{ total: number }>(
      'invoices?customer_id=eq.5&select=invoice_id,total&order=invoice_id',
    );
    const erased = await carryOut(5);
    expect(erased.places.find(({ place }) => place === 'invoices')).toMatchObject({
      action: 'mask',
      reason: expect.stringContaining('Tax law'),
    });
    const [customer] = await rows<Record<string, unknown>>(
      'customers?customer_id=eq.5&select=first_name,last_name,email,phone,address',
    );
    expect(Object.values(customer!)).toEqual([null, null, null, null, null]);
    expect(await rows('invoices?customer_id=eq.5&select=invoice_id,total&order=invoice_id')).toEqual(invoices);
    expect(await rows('invoices?customer_id=eq.5&billing_address=not.is.null&select=invoice_id')).toEqual([]);
    expect(await rows('customers?customer_id=neq.5&order=customer_id')).toEqual(others);
  });

  it('forgets the person’s values in the audit log, and every proof still holds', async () => {
    const path = '/v1/audit/events?resource=customers/9';
    const sealed = (entries: Entry[]): number =>
      entries.filter((entry) => JSON.stringify(entry).includes('"value"')).length;
    const read = async (): Promise<Entry[]> => (await world.a.owner.must<{ data: Entry[] }>('GET', path)).data;
    const before = await read();
    expect(sealed(before)).toBeGreaterThan(0);
    await carryOut(9);
    const after = await read();
    expect(sealed(after)).toBe(0);
    for (const { id } of before) {
      expect(after.some((entry) => entry.id === id)).toBe(true);
      await world.a.owner.must('GET', `/v1/audit/events/${id}/proof`);
    }
  });

  it('reaches the services that know the person by address, and what can not go is in the certificate with its reason', async () => {
    const email = 'customer-21@example.com';
    await world.a.owner.must('POST', '/v1/members', { email, role: 'customer', name: 'Twenty-one' });
    await world.b.owner.must('POST', '/v1/members', { email, role: 'customer' });
    await world.a.owner.must('PUT', '/v1/billing/contact', { name: 'Twenty-one', address: 'Here 1', email });
    const members = async ({ owner }: WorldTenant): Promise<string[]> =>
      (await owner.must<{ data: { email: string }[] }>('GET', '/v1/members?limit=200')).data.map((one) => one.email);
    expect(await members(world.a)).toContain(email);
    const { id, places } = await eraseCustomer(planner, world.a.owner, 21, { email });
    expect(places.filter(({ service }) => service === 'identity').map(({ kind }) => kind)).not.toContain('task');
    expect(places.find(({ place }) => place === 'Stripe')).toMatchObject({ action: 'delete' });
    expect(await members(world.a)).not.toContain(email);
    expect(await members(world.b)).toContain(email);
    expect(await world.a.owner.must('GET', '/v1/billing/profile')).toMatchObject({ contact: null });
    const { note } = await world.a.owner.must<Signed>('GET', `/v1/privacy/erasures/${id}/certificate`);
    const { services, exceptions } = JSON.parse(note.split('\n')[1]!) as Said;
    expect(services.places).toContainEqual(expect.objectContaining({ place: 'identity.membership', rows: '1' }));
    expect(services.places).toContainEqual(expect.objectContaining({ place: 'Stripe', action: 'delete', rows: '1' }));
    expect(exceptions).toContainEqual(expect.objectContaining({ place: 'billing.invoice', action: 'keep' }));
    expect(note).not.toContain(email);
    const { data } = await world.a.owner.must<{ data: Entry[] }>('GET', '/v1/audit/events?resource=member&limit=200');
    expect(JSON.stringify(data)).not.toContain(email);
  });

  it('ends in a certificate that anybody can verify without asking', async () => {
    const { id } = await carryOut(10);
    const certificate = await world.a.owner.must<Signed>('GET', `/v1/privacy/erasures/${id}/certificate`);
    const { key } = await world.a.owner.must<Signed>('GET', '/v1/audit/checkpoint');
    const { publicKey } = parseVerifier(key);
    const verified = verifyCertificate(certificate.note, publicKey);
    expect(verified).toMatchObject({ erasure: id, tenantId: world.a.id });
    expect(Number(verified.keys)).toBeGreaterThan(0);
    expect(() => verifyCertificate(certificate.note.replace('"total":"', '"total":"1'), publicKey)).toThrow(
      'not signed',
    );
    const folder = await mkdtemp(join(tmpdir(), 'tenantry-certificate-'));
    const said = jest.spyOn(console, 'log').mockReturnValue();
    try {
      await writeFile(join(folder, 'note'), certificate.note);
      await operate(services, ['certificate', 'verify', join(folder, 'note'), '--key', key], {});
      expect(said.mock.calls.flat().join('\n')).toContain(`erasure ${id} of tenant ${world.a.id}: as it was signed`);
    } finally {
      said.mockRestore();
      await rm(folder, { recursive: true });
    }
  });

  it('is not approved by whoever planned it, nor as another plan than was looked at', async () => {
    const { id, digest } = await plan(11);
    const approve = (who: Client, body: object): Promise<unknown> =>
      who.must('POST', `/v1/privacy/erasures/${id}/approve`, body);
    await expect(approve(planner, { digest })).rejects.toThrow('403');
    await expect(approve(world.a.owner, { digest: 'another' })).rejects.toThrow('409');
    await expect(approve(world.b.owner, { digest })).rejects.toThrow('404');
    expect((await get(id)).status).toBe('planned');
    expect(await rows('customers?customer_id=eq.11&email=not.is.null&select=customer_id')).toHaveLength(1);
  });

  it('is planned again when the tables have changed after its approval', async () => {
    const { id, digest } = await plan(12);
    await world.a.owner.must('POST', '/v1/tables/customers/columns', {
      name: 'nickname',
      type: 'text',
      classification: 'personal',
    });
    await world.a.owner.must('POST', `/v1/privacy/erasures/${id}/approve`, { digest });
    await eventually(async () => (await get(id)).problem !== null, PATIENCE_MS);
    expect(await get(id)).toMatchObject({ status: 'planned', problem: expect.stringContaining('tables have changed') });
    expect(await rows('customers?customer_id=eq.12&email=not.is.null&select=customer_id')).toHaveLength(1);
  });

  it.each([
    [13, 'on the person', { subjectKey: '13' }],
    [14, 'on what a query finds', { filter: 'customer_id=eq.14' }],
  ])(
    'of customer %i waits while a legal hold is %s, and goes on when it is released',
    async (customer, _which, held) => {
      const hold = { name: 'Roe', reason: 'A claim', table: 'customers', ...held };
      const placed = await planner.must<{ id: string }>('POST', '/v1/privacy/holds', hold);
      const { id, digest } = await plan(customer);
      await world.a.owner.must('POST', `/v1/privacy/erasures/${id}/approve`, { digest });
      await eventually(async () => (await get(id)).status === 'held', PATIENCE_MS);
      expect(await rows(`customers?customer_id=eq.${customer}&email=not.is.null&select=customer_id`)).toHaveLength(1);
      await world.a.owner.must('POST', `/v1/privacy/holds/${placed.id}/release`, { reason: 'Settled' });
      await eventually(async () => (await get(id)).status === 'certifying', 90_000);
      expect(await rows(`customers?customer_id=eq.${customer}&email=not.is.null&select=customer_id`)).toEqual([]);
    },
  );
});
