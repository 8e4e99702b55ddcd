import { readdirSync, readFileSync } from 'node:fs';
import { parseOptions } from '@node-rs/argon2';
import { PasswordHasher, hashOfNothing } from './password-hasher.js';

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher();
  afterAll(() => hasher.onModuleDestroy());

  it('makes argon2id hashes of the recommended cost that only their password fits', async () => {
    const hash = await hasher.hash('correct horse battery staple', null);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.matches(hash, 'correct horse battery staple', null)).toBe(true);
    expect(await hasher.matches(hash, 'correct horse battery stable', null)).toBe(false);
  });

  it('never gives two equal passwords the same hash', async () => {
    expect(await hasher.hash('correct horse battery staple', null)).not.toBe(
      await hasher.hash('correct horse battery staple', null),
    );
  });

  it('accepts the same characters however the keyboard composed them', async () => {
    const hash = await hasher.hash('zo\u00eb likes blue whales', null);
    expect(await hasher.matches(hash, 'zoe\u0308 likes blue whales', null)).toBe(true);
  });

  it('works as hard for nobody as for somebody, and never says yes', async () => {
    expect(parseOptions(hashOfNothing())).toEqual(
      parseOptions(await hasher.hash('correct horse battery staple', null)),
    );
    expect(await hasher.matches(null, '', null)).toBe(false);
    expect(await hasher.matches(undefined, 'correct horse battery staple', null)).toBe(false);
  });

  it('answers each of many at once with their own', async () => {
    const passwords = Array.from({ length: 12 }, (_, i) => `correct horse battery ${i}`);
    const hashes = await Promise.all(passwords.map((password) => hasher.hash(password, null)));
    const fit = hashes.map((hash, i) => hasher.matches(hash, passwords[i % 2 === 0 ? i : i - 1]!, null));
    expect(await Promise.all(fit)).toEqual(passwords.map((_, i) => i % 2 === 0));
  });

  it('goes on after a text that is no hash', async () => {
    await expect(hasher.matches('no hash', 'x', null)).rejects.toThrow('could not be hashed');
    expect(await hasher.matches(null, 'x', null)).toBe(false);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('hashes in threads that yield to all others of the process, which stay as they are', async () => {
    const nicenessOf = (task: string): number =>
      Number(
        readFileSync(`/proc/self/task/${task}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')[16],
      );
    const own = nicenessOf(String(process.pid));
    await hasher.hash('correct horse battery staple', null);
    const tasks = readdirSync('/proc/self/task').map(nicenessOf);
    expect(tasks).toContain(Math.min(19, own + 10));
    expect(nicenessOf(String(process.pid))).toBe(own);
  });
});
