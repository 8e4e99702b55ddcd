import { generateSecret, SignJWT } from 'jose';
import { Sessions } from './sessions.js';
import type { Caller } from './caller.js';

describe('Sessions', () => {
  let [made, secret] = [0, null as never as Awaited<ReturnType<typeof generateSecret>>];

  /** Signs in, for a token that lives so long. */
  async function signIn(lifeS: number): Promise<Caller> {
    made += 1;
    const issuedAtS = Math.floor(Date.now() / 1_000);
    const token = await new SignJWT({ jti: String(made), iat: issuedAtS, exp: issuedAtS + lifeS })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(secret);
    return { token, sees: ['a'] };
  }

  beforeAll(async () => {
    secret = await generateSecret('HS256');
  });
  beforeEach(() => {
    made = 0;
  });

  it('makes a token anew that has no life left, once for all who ask at once, and shows nobody the old one', async () => {
    const sessions = new Sessions();
    const first = await sessions.keep(() => signIn(made === 0 ? 0 : 600));
    const [one, other] = await Promise.all([sessions.current(first), sessions.current({ ...first, tenant: 'b' })]);
    expect(made).toBe(2);
    expect(one.token).not.toBe(first.token);
    expect(other).toEqual({ ...one, tenant: 'b' });
  });

  it('leaves a token alone that has half of its life before it, and what it was not told to keep', async () => {
    const sessions = new Sessions();
    const kept = await sessions.keep(() => signIn(600));
    const expired = await signIn(0);
    expect(await sessions.current(kept)).toEqual(kept);
    expect(await sessions.current(expired)).toBe(expired);
    expect(made).toBe(2);
  });

  it('makes anew ahead of time what would not last', async () => {
    const sessions = new Sessions();
    const [long, short] = [await sessions.keep(() => signIn(6_000)), await sessions.keep(() => signIn(100))];
    await sessions.freshen(200_000);
    expect(made).toBe(3);
    expect((await sessions.current(long)).token).toBe(long.token);
    expect((await sessions.current(short)).token).not.toBe(short.token);
  });

  it('tells everybody who needs a token that it can not be made, and tries again for the next', async () => {
    const sessions = new Sessions();
    let isBroken = false;
    const kept = await sessions.keep(async () => {
      if (isBroken) throw new Error('nobody signs in');
      return signIn(0);
    });
    isBroken = true;
    await expect(sessions.current(kept)).rejects.toThrow('nobody signs in');
    isBroken = false;
    expect((await sessions.current(kept)).token).not.toBe(kept.token);
  });
});
