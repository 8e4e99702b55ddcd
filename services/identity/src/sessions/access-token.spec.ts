import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { ACCESS_TOKEN_LIFETIME_S, AccessTokens } from './access-token.js';

const { privateKey } = generateKeyPairSync('ed25519');
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicKey = createPublicKey(privateKey);
const passwordSetAt = new Date('2026-01-01T00:00:00Z');
const claims = { personId: 'p', sessionId: 's', tenantId: 't', passwordSetAt };

describe('AccessTokens', () => {
  it('names person, session, tenant and since when they have their password, for ten minutes, and nothing about rights', async () => {
    const now = new Date();
    const token = await (await AccessTokens.fromPem(pem)).issue(claims, now);
    const { payload, protectedHeader } = await jwtVerify(token, publicKey, {
      issuer: 'tenantry',
      audience: 'tenantry',
      typ: 'at+jwt',
    });
    expect(protectedHeader.alg).toBe('EdDSA');
    const issuedAtS = Math.floor(now.getTime() / 1000);
    expect(payload).toEqual({
      iss: 'tenantry',
      aud: 'tenantry',
      sub: 'p',
      sid: 's',
      ten: 't',
      pwd: passwordSetAt.getTime() / 1000,
      iat: issuedAtS,
      exp: issuedAtS + ACCESS_TOKEN_LIFETIME_S,
    });
  });

  it('names no tenant when none is chosen', async () => {
    const token = await (await AccessTokens.fromPem(pem)).issue({ ...claims, tenantId: null }, new Date());
    expect((await jwtVerify(token, publicKey)).payload).not.toHaveProperty('ten');
  });

  it('does not work with another kind of key', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    await expect(AccessTokens.fromPem(rsa)).rejects.toThrow('not an Ed25519 private key');
  });
});
