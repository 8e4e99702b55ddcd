import { parseOptions } from '@node-rs/argon2';
import { PasswordHasher, hashOfNothing } from './password-hasher.js';

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher();

  it('makes argon2id hashes of the recommended cost that only their password fits', async () => {
    const hash = await hasher.hash('correct horse battery staple');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.matches(hash, 'correct horse battery staple')).toBe(true);
    expect(await hasher.matches(hash, 'correct horse battery stable')).toBe(false);
  });

  it('never gives two equal passwords the same hash', async () => {
    expect(await hasher.hash('correct horse battery staple')).not.toBe(
      await hasher.hash('correct horse battery staple'),
    );
  });

  it('accepts the same characters however the keyboard composed them', async () => {
    expect(await hasher.matches(await hasher.hash('zo\u00eb likes blue whales'), 'zoe\u0308 likes blue whales')).toBe(
      true,
    );
  });

  it('works as hard for nobody as for somebody, and never says yes', async () => {
    expect(parseOptions(hashOfNothing())).toEqual(parseOptions(await hasher.hash('correct horse battery staple')));
    expect(await hasher.matches(null, '')).toBe(false);
    expect(await hasher.matches(undefined, 'correct horse battery staple')).toBe(false);
  });
});
