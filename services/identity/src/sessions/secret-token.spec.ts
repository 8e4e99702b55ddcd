import { hashOfToken, newSecretToken } from './secret-token.js';

describe('a secret token', () => {
  it('is found again by its hash, which does not show it', () => {
    const { token, hash } = newSecretToken('r');
    expect(token).toMatch(/^tnr_/);
    expect(hashOfToken(token)).toEqual(hash);
    expect(hash.toString('base64url')).not.toContain(token.slice(4));
  });

  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 100 }, () => newSecretToken('l').token)).size).toBe(100);
  });

  it.each(['', 'tnr_', 'tnx_'.padEnd(47, 'a'), `tnr_${'a'.repeat(42)}!`, `tnr_${'a'.repeat(44)}`])(
    'can’t be %j, which is not looked up',
    (text) => {
      expect(hashOfToken(text)).toBeUndefined();
    },
  );
});
