import { type Clock, newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import type { Operation } from '@tenantry/contracts';
import { TestIssuers } from '@tenantry/testing';
import { decodeJwt, importPKCS8, SignJWT } from 'jose';
import { contextOf } from '../fixture/orders-on-nats.fixture.js';
import { closeShop, countOrders, importOrders, payBill, placeOrder } from '../fixture/orders.fixture.js';
import { CONTEXT_TYPE } from './claims.js';
import type { ContextSigner } from './signer.js';
import type { Standing } from './standing.js';
import { ContextVerifier } from './verifier.js';

describe('a signed context', () => {
  const a = newId();
  const b = newId();
  const clock: Clock & { time: number } = { time: Date.now(), now: () => new Date(clock.time) };
  const statuses = new Map<string, ReturnType<Standing['tenantStatus']>>();
  const revoked = new Set<string>();
  const standing: Standing = { tenantStatus: (id) => statuses.get(id), isRevoked: (id) => revoked.has(id) };
  let issuers: TestIssuers;
  let gateway: ContextSigner;
  let shop: ContextSigner;
  let verifier: ContextVerifier;

  beforeAll(async () => {
    issuers = await TestIssuers.create(['gateway', 'orders', 'shop', 'agents']);
  });

  beforeEach(async () => {
    clock.time = Date.now();
    statuses.clear();
    revoked.clear();
    statuses.set(a, 'active').set(b, 'active');
    gateway = await issuers.signer('gateway', { clock });
    shop = await issuers.signer('shop', { clock });
    verifier = new ContextVerifier({ service: 'orders', keys: issuers.keys, standing, clock });
  });

  const verify = (token: string, operation = placeOrder) => verifier.verify(token, operation, contextOf(a).request);
  const refusal = (reason: string) => expect.objectContaining({ name: 'Fault', reason });

  it('comes out as it went in', async () => {
    const ctx = contextOf(a, {
      organizationId: newId(),
      locationId: newId(),
      actor: { kind: 'agent', id: 'agent-7', role: 'agent' },
      onBehalfOf: newId(),
      agentId: 'agent-7',
      grantId: newId(),
      grant: { tables: ['people'], access: 'read', expiresAtMs: Date.now() + 60_000 },
      permissions: ['orders.*'],
      mode: 'schema',
      cell: 'eu-1',
    });
    const verified = await verify(await gateway.sign(ctx, 'orders'));
    const { whenSuspended, request, origin, ...proven } = verified;
    expect({ ...ctx, request: undefined, whenSuspended: undefined }).toMatchObject({ ...proven });
    expect(whenSuspended).toBe(false);
    expect(origin).toEqual({ operation: 'PlaceOrder', action: 'order.placed' });
    expect(request.clientIp).toBe('203.0.113.7');
  });

  it('ends with the grant that it is by, and is nothing with a grant that nobody understands', async () => {
    const by = (grant: object) =>
      gateway.sign(contextOf(a, { grantId: newId(), grant: grant as TenantContext['grant'] }), 'orders');
    const grant = { tables: null, access: 'read', expiresAtMs: Date.now() + 60_000 };
    await expect(verify(await by(grant))).resolves.toMatchObject({ grant });
    await expect(verify(await by({ ...grant, expiresAtMs: Date.now() - 1 }))).rejects.toEqual(refusal('forbidden'));
    for (const wrong of [{ access: 'all' }, { tables: 'people' }, { tables: [1] }, { expiresAtMs: 'never' }]) {
      await expect(verify(await by({ ...grant, ...wrong }))).rejects.toEqual(refusal('unauthenticated'));
    }
  });

  it('is one token for all requests of a credential to a service within 30 seconds', async () => {
    clock.time = Math.ceil(clock.time / 30_000) * 30_000;
    const ctx = contextOf(a);
    const first = await gateway.sign(ctx, 'orders');
    const next = contextOf(a);
    clock.time += 29_000;
    expect(await gateway.sign({ ...ctx, request: next.request }, 'orders')).toBe(first);
    expect(await gateway.sign(ctx, 'data')).not.toBe(first);
    expect(await gateway.sign({ ...ctx, permissions: ['orders.read'] }, 'orders')).not.toBe(first);
    clock.time += 1_000;
    expect(await gateway.sign(ctx, 'orders')).not.toBe(first);
  });

  it('is refused when nobody signed it', async () => {
    for (const token of ['', 'x', 'a.b.c', 'x'.repeat(100_000)])
      await expect(verify(token)).rejects.toEqual(refusal('unauthenticated'));
  });

  it('is refused when one claim was edited', async () => {
    const [head, body = '', signature] = (await gateway.sign(contextOf(a), 'orders')).split('.');
    const edited = { ...(JSON.parse(Buffer.from(body, 'base64url').toString()) as object), ten: b };
    const token = [head, Buffer.from(JSON.stringify(edited)).toString('base64url'), signature].join('.');
    await expect(verify(token)).rejects.toEqual(refusal('unauthenticated'));
  });

  it('is refused without a signature, whatever its header says', async () => {
    const [, body] = (await gateway.sign(contextOf(a), 'orders')).split('.');
    const head = Buffer.from(JSON.stringify({ alg: 'none', typ: CONTEXT_TYPE })).toString('base64url');
    await expect(verify(`${head}.${body}.`)).rejects.toEqual(refusal('unauthenticated'));
  });

  it('of the agents service is accepted for the requests of agents, to operations that are tools, and for nothing else', async () => {
    const agents = await issuers.signer('agents', { clock });
    const ctx = contextOf(a, { actor: { kind: 'agent', id: 'agent-7', role: null }, agentId: 'agent-7' });
    await expect(verify(await agents.sign(ctx, 'orders'))).resolves.toMatchObject({ tenantId: a, agentId: 'agent-7' });
    const refused: Partial<TenantContext>[] = [
      { actor: { kind: 'user', id: newId(), role: 'owner' } },
      { actor: { kind: 'key', id: newId(), role: 'secret_key' } },
      { actor: { kind: 'service', id: 'agents', role: null } },
      { purpose: 'reaction' },
      { purpose: 'offboarding' },
    ];
    for (const facts of refused)
      await expect(verify(await agents.sign({ ...ctx, ...facts }, 'orders'))).rejects.toEqual(refusal('forbidden'));
    const token = await agents.sign(ctx, 'orders');
    const others: Operation[] = [countOrders, importOrders, { ...placeOrder, agentAudience: 'completions' }] as never;
    for (const operation of others)
      await expect(verifier.verify(token, operation, ctx.request)).rejects.toEqual(refusal('forbidden'));
  });

  it('of an agent is refused once the agent, its tenant’s agents or all agents are stopped; a person’s is not', async () => {
    const stopped = new Set<string>();
    verifier = new ContextVerifier({
      ...{ service: 'orders', keys: issuers.keys, clock },
      standing: { ...standing, isStopped: (id) => stopped.has(id) },
    });
    const agentId = newId();
    const token = await gateway.sign(
      contextOf(a, { actor: { kind: 'agent', id: agentId, role: null }, agentId }),
      'orders',
    );
    const person = await gateway.sign(contextOf(a), 'orders');
    for (const id of [agentId, a, PLATFORM_TENANT_ID]) {
      await expect(verify(token)).resolves.toBeDefined();
      stopped.add(id);
      await expect(verify(token)).rejects.toEqual(refusal('agent-stopped'));
      await expect(verify(person)).resolves.toBeDefined();
      stopped.clear();
    }
    stopped.add(b);
    await expect(verify(token)).resolves.toBeDefined();
  });

  it('of an agent is refused while its tenant is suspended, also where its owner may go on', async () => {
    statuses.set(a, 'suspended');
    const owner = { kind: 'user', id: newId(), role: 'owner' } as const;
    await expect(verify(await gateway.sign(contextOf(a, { actor: owner }), 'orders'), payBill)).resolves.toBeDefined();
    const agent = { kind: 'agent', id: newId(), role: 'owner' } as const;
    const token = await gateway.sign(contextOf(a, { actor: agent, agentId: agent.id }), 'orders');
    await expect(verify(token, payBill)).rejects.toEqual(refusal('tenant-suspended'));
  });

  it('is refused when its key is not of a known issuer', async () => {
    const strangers = await TestIssuers.create(['gateway']);
    const token = await (await strangers.signer('gateway', { clock })).sign(contextOf(a), 'orders');
    await expect(verify(token)).rejects.toEqual(refusal('unauthenticated'));
  });

  it('is refused when an issuer signs in the name of another', async () => {
    const impostor = await issuers.signer('shop', { as: 'gateway', clock });
    await expect(verify(await impostor.sign(contextOf(a), 'orders'))).rejects.toEqual(refusal('unauthenticated'));
  });

  it('is refused when it is another kind of token of the same key', async () => {
    const token = await gateway.sign(contextOf(a), 'orders');
    const key = await importPKCS8(issuers.privateKeyOf('gateway'), 'EdDSA');
    const [head = ''] = token.split('.');
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    const other = await new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: 'EdDSA', kid, typ: 'JWT' }).sign(key);
    await expect(verify(other)).rejects.toEqual(refusal('unauthenticated'));
  });

  it('is refused by a service that it was not signed for', async () => {
    await expect(verify(await gateway.sign(contextOf(a), 'data'))).rejects.toEqual(refusal('unauthenticated'));
  });

  it('is refused once it has expired, also when it was accepted before', async () => {
    const token = await gateway.sign(contextOf(a), 'orders');
    await expect(verify(token)).resolves.toBeDefined();
    clock.time += 61_000;
    await expect(verify(token)).rejects.toEqual(refusal('unauthenticated'));
    verifier = new ContextVerifier({ service: 'orders', keys: issuers.keys, standing, clock });
    await expect(verify(token)).rejects.toEqual(refusal('unauthenticated'));
  });

  it('is refused once its credential is revoked, also when it was accepted before', async () => {
    const ctx = contextOf(a);
    const token = await gateway.sign(ctx, 'orders');
    await expect(verify(token)).resolves.toBeDefined();
    revoked.add(ctx.credentialId!);
    await expect(verify(token)).rejects.toEqual(refusal('unauthenticated'));
    await expect(verify(await gateway.sign(contextOf(a), 'orders'))).resolves.toBeDefined();
  });

  it('is refused once its tenant is suspended, also when it was accepted before; the other tenant goes on', async () => {
    const token = await gateway.sign(contextOf(a), 'orders');
    await expect(verify(token)).resolves.toBeDefined();
    statuses.set(a, 'suspended');
    await expect(verify(token)).rejects.toEqual(refusal('tenant-suspended'));
    await expect(verify(await gateway.sign(contextOf(b), 'orders'))).resolves.toBeDefined();
  });

  it('stays open while suspended only where the operation says so, for owner and compliance', async () => {
    statuses.set(a, 'suspended');
    const as = async (role: string) =>
      verify(await gateway.sign(contextOf(a, { actor: { kind: 'user', id: 'u', role } }), 'orders'), payBill);
    await expect(as('owner')).resolves.toMatchObject({ whenSuspended: true });
    await expect(as('compliance')).resolves.toBeDefined();
    await expect(as('admin')).rejects.toEqual(refusal('tenant-suspended'));
  });

  it('is refused for tenants that are not open, and for one that nobody knows', async () => {
    for (const status of ['provisioning', 'deactivated', 'failed'] as const) {
      statuses.set(a, status);
      await expect(verify(await gateway.sign(contextOf(a), 'orders'))).rejects.toEqual(refusal('tenant-state'));
    }
    await expect(verify(await gateway.sign(contextOf(newId()), 'orders'))).rejects.toEqual(refusal('unauthenticated'));
  });

  it('may be signed by a service only for operations that name it, and by the gateway only for HTTP and requests', async () => {
    await expect(verify(await shop.sign(contextOf(a), 'orders'), countOrders)).resolves.toBeDefined();
    await expect(verify(await shop.sign(contextOf(a), 'orders'))).rejects.toEqual(refusal('forbidden'));
    await expect(verify(await gateway.sign(contextOf(a), 'orders'), countOrders)).rejects.toEqual(refusal('forbidden'));
    const offboarding = contextOf(a, { purpose: 'offboarding' });
    await expect(verify(await gateway.sign(offboarding, 'orders'))).rejects.toEqual(refusal('forbidden'));
  });

  it('does only what its grants permit, within its scope', async () => {
    const call = async (facts: Partial<TenantContext>, operation = placeOrder, tenantId = a) =>
      verify(await gateway.sign(contextOf(tenantId, facts), 'orders'), operation);
    await expect(call({ permissions: ['orders.write'] })).resolves.toBeDefined();
    await expect(call({ permissions: ['orders.read', 'rows.*'] })).rejects.toEqual(refusal('forbidden'));
    await expect(call({ permissions: [] })).rejects.toEqual(refusal('forbidden'));
    await expect(call({ actor: { kind: 'anonymous', id: 'anonymous', role: null } })).rejects.toEqual(
      refusal('unauthenticated'),
    );
    await expect(call({}, closeShop)).rejects.toEqual(refusal('forbidden'));
    await expect(call({}, closeShop, PLATFORM_TENANT_ID)).resolves.toBeDefined();
  });

  it('waits a moment for a tenant whose directory entry is on its way', async () => {
    const late = newId();
    const patient: Standing = {
      ...standing,
      settle: (ctx) => Promise.resolve(void statuses.set(ctx.tenantId, 'active')),
    };
    verifier = new ContextVerifier({ service: 'orders', keys: issuers.keys, standing: patient, clock });
    await expect(verify(await gateway.sign(contextOf(late), 'orders'))).resolves.toBeDefined();
  });

  it('takes a bounded place in memory', async () => {
    verifier = new ContextVerifier({ service: 'orders', keys: issuers.keys, standing, clock, maxCached: 2 });
    for (let n = 0; n < 5; n += 1) await verify(await gateway.sign(contextOf(a), 'orders'));
    expect((verifier as unknown as { cache: { size: number } }).cache.size).toBe(2);
  });
});
