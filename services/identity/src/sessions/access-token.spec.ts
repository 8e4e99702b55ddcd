import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { ACCESS_TOKEN_LIFETIME_S, AccessTokens } from './access-token.js';

const { privateKey } = generateKeyPairSync('ed25519');
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicKey = createPublicKey(privateKey);
const claims = { personId: 'p', sessionId: 's', tenantId: 't' };

describe('AccessTokens', () => {
  it('names person, session and tenant, for ten minutes, and nothing about rights', async () => {
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
