import { createUser, fromPublic } from '@nats-io/nkeys';
import type { NKeyAuth } from '@nats-io/transport-node';
import { nkeyAuthenticator } from './nkey.js';

describe('an nkey', () => {
  it('is the user’s own, and its answer to a challenge is accepted', () => {
    const user = createUser();
    const answer = nkeyAuthenticator(`${new TextDecoder().decode(user.getSeed())}\n`)('a nonce') as NKeyAuth;
    expect(answer.nkey).toBe(user.getPublicKey());
    const signature = Buffer.from(answer.sig, 'base64url');
    expect(fromPublic(answer.nkey).verify(Buffer.from('a nonce'), signature)).toBe(true);
    expect(fromPublic(answer.nkey).verify(Buffer.from('another'), signature)).toBe(false);
  });

  it.each(['', 'SUABC', 'not a seed', 'SAAFZ7GCLLDKNSYFXYH3KWQHSHSCSCAXZTJW6VO6Q5RLOPNJJXLQ'])('refuses %j', (seed) => {
    expect(() => nkeyAuthenticator(seed)).toThrow(/seed/);
  });
});
