import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT, type JWK } from 'jose';

const ISSUER = 'bench';
const ALGORITHM = 'EdDSA';

/** A tenant's token as the baselines take it, and the key that proves it; signed as Tenantry signs its own. */
export async function issueToken(tenantId: string): Promise<{ token: string; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  const token = await new SignJWT({ tenantId })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setExpirationTime('12h')
    .sign(privateKey);
  return { token, jwk: await exportJWK(publicKey) };
}

/** Verifies each request's token, as the usual middleware does; answers its tenant. @throws when it does not hold */
export async function verifierOf(jwk: string): Promise<(authorization: string | undefined) => Promise<string>> {
  const key = await importJWK(JSON.parse(jwk) as JWK, ALGORITHM);
  return async (authorization) => {
    const { payload } = await jwtVerify(authorization?.replace(/^Bearer /, '') ?? '', key, {
      issuer: ISSUER,
      algorithms: [ALGORITHM],
    });
    return payload.tenantId as string;
  };
}
