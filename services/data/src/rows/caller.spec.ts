import { newId } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { callerOf } from './caller.js';

describe('callerOf', () => {
  it('says the principal as the role and leaves everything else as it was, the signal unmade', () => {
    let made = 0;
    const { signal } = new AbortController();
    const ctx = {
      ...testContext(newId(), { actor: { kind: 'user', id: newId(), role: 'admin' } }),
      get signal() {
        made++;
        return signal;
      },
    };
    const caller = callerOf(ctx);
    expect(made).toBe(0);
    expect(caller.ctx.actor).toEqual({ ...ctx.actor, role: caller.principal });
    expect(caller.ctx.tenantId).toBe(ctx.tenantId);
    expect(caller.ctx.signal).toBe(signal);
  });
});
