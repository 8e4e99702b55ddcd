import { Fault, newId } from '@tenantry/kernel';
import { TestIssuers } from '@tenantry/testing';
import fc from 'fast-check';
import { importPKCS8, SignJWT } from 'jose';
import { contextOf } from '../fixture/orders-on-nats.fixture.js';
import { placeOrder } from '../fixture/orders.fixture.js';
import { CONTEXT_TYPE } from './claims.js';
import { loadSigningKey } from './keys.js';
import { ContextVerifier } from './verifier.js';

describe('any context', () => {
  const a = newId();
  let issuers: TestIssuers;
  let verifier: ContextVerifier;
  let genuine: string;

  beforeAll(async () => {
    issuers = await TestIssuers.create(['gateway', 'orders']);
    const standing = { tenantStatus: () => 'active' as const, isRevoked: () => false };
    verifier = new ContextVerifier({ service: 'orders', keys: issuers.keys, standing });
    genuine = await (await issuers.signer('gateway')).sign(contextOf(a), 'orders');
  });

  const reasonOf = (token: string): Promise<string> =>
    verifier.verify(token, placeOrder, contextOf(a).request).then(
      () => 'accepted',
      (error: unknown) => (error instanceof Fault ? error.reason : `threw ${String(error)}`),
    );

  it('with a character changed, added or lost proves nothing', async () => {
    expect(await reasonOf(genuine)).toBe('accepted');
    const edit = fc.tuple(fc.nat(), fc.constantFrom('', 'A', 'AA', '.', '=', '-', '\n', 'é', '%'), fc.nat({ max: 3 }));
    await fc.assert(
      fc.asyncProperty(edit, async ([at, put, taken]) => {
        const place = at % genuine.length;
        const token = genuine.slice(0, place) + put + genuine.slice(place + taken);
        fc.pre(token !== genuine);
        expect(await reasonOf(token)).toBe('unauthenticated');
      }),
      { numRuns: 300 },
    );
  });

  it('spelled differently, but decoded to the same bytes, proves nothing', async () => {
    const last = genuine.at(-1)!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const sameBits = alphabet[alphabet.indexOf(last) ^ 1]!; // 64 bytes leave four bits of the last character unused
    for (const token of [genuine.slice(0, -1) + sameBits, `${genuine}\n`, `${genuine}==`, genuine.replace('.', '. ')])
      expect(await reasonOf(token)).toBe('unauthenticated');
  });

  it('of any text proves nothing', async () => {
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc.string(),
    );
    const token = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.')),
    );
    await fc.assert(fc.asyncProperty(token, async (text) => expect(await reasonOf(text)).toBe('unauthenticated')));
  });

  it('that is signed but says something of another shape is refused, and never a failure of ours', async () => {
    const pem = issuers.privateKeyOf('gateway');
    const { keyId } = await loadSigningKey(pem);
    const key = await importPKCS8(pem, 'EdDSA');
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(a, 'pool', 'request', [], ['*'], { k: 'user', i: 'u' }),
    );
    const names = ['ten', 'cell', 'mode', 'act', 'pur', 'per', 'cid', 'org', 'aud', 'iss'] as const;
    const payload = fc.record(Object.fromEntries(names.map((name) => [name, odd])), { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(payload, async (claims) => {
        const jwt = new SignJWT({ iss: 'gateway', aud: 'orders', ...claims }).setProtectedHeader({
          alg: 'EdDSA',
          kid: keyId,
          typ: CONTEXT_TYPE,
        });
        const token = await jwt.setExpirationTime('30s').sign(key);
        expect(['unauthenticated', 'forbidden', 'tenant-state', 'accepted']).toContain(await reasonOf(token));
      }),
      { numRuns: 200 },
    );
  });
});
