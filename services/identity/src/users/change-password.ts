import { Controller } from '@nestjs/common';
import { PasswordChanged, changePassword, type ChangePasswordRequest, type Empty } from '@tenantry/contracts';
import { PersonDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { endSessions } from '../sessions/session.table.js';
import { SignInAttempts } from '../sessions/sign-in-attempts.js';
import { assertPerson } from './own-account.js';
import { PasswordHasher } from './password-hasher.js';
import { findFormer, keepFormer } from './former-password.table.js';
import { TenantPasswordRules } from './tenant-password-rules.js';
import { findOwnAccount, replacePasswordHash } from './person.table.js';

/** Changes the caller's password. Whoever else holds a session of theirs is out with the same commit. */
@Controller()
export class ChangePassword {
  constructor(
    private readonly persons: PersonDatabase,
    private readonly attempts: SignInAttempts,
    private readonly passwords: PasswordHasher,
    private readonly rules: TenantPasswordRules,
    private readonly clock: Clock,
  ) {}

  @Handles(changePassword)
  async handle(request: ChangePasswordRequest, ctx: TenantContext): Promise<Empty> {
    assertPerson(ctx);
    const account = await findOwnAccount(this.persons, ctx);
    if (!account) throw new Fault('not-found');
    // A stolen session must not become a way to guess the password.
    await this.attempts.begin(account.email, null);
    if (!(await this.passwords.matches(account.passwordHash, request.currentPassword, ctx))) {
      throw new Fault('invalid-input', { field: 'currentPassword', detail: 'The current password is not right' });
    }
    await this.attempts.succeeded(account.email, null);
    const { history } = await this.rules.assertGood(request.newPassword, account, 'newPassword');
    await this.#assertNew(request.newPassword, account.passwordHash, history, ctx);
    const passwordHash = await this.passwords.hash(request.newPassword, ctx);
    await this.persons.transaction(ctx, async (tx) => {
      if (!(await replacePasswordHash(tx, account.passwordHash, { passwordHash, setAt: this.clock.now() })))
        throw new Fault('conflict');
      const former = { personId: account.personId, hash: account.passwordHash!, now: this.clock.now() };
      await keepFormer(tx, { ...former, most: Math.max(0, history - 1) });
      await endSessions(tx, { allBut: ctx.credentialId }, 'password_changed', this.clock.now());
      tx.publish(new PasswordChanged({ personId: account.personId }), {
        changes: [
          {
            resource: 'person',
            id: account.personId,
            action: 'update',
            new: { password: { commitment: null, sealed: null } },
          },
        ],
      });
    });
    return {};
  }

  /** @throws Fault `password-weak` for one of the last passwords, where a tenant wants that */
  async #assertNew(password: string, present: string | null, history: number, ctx: TenantContext): Promise<void> {
    if (history === 0) return;
    const former = await findFormer(this.persons, ctx, history - 1);
    for (const hash of [present, ...former]) {
      if (!(await this.passwords.matches(hash, password, ctx))) continue;
      const detail = `Choose one that is none of your last ${history} passwords`;
      throw new Fault('password-weak', { field: 'newPassword', detail });
    }
  }
}
