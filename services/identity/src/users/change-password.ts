import { Controller } from '@nestjs/common';
import { PasswordChanged, changePassword, type ChangePasswordRequest, type Empty } from '@tenantry/contracts';
import { PersonDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { endSessions } from '../sessions/session.table.js';
import { SignInAttempts } from '../sessions/sign-in-attempts.js';
import { assertPerson } from './own-account.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordRules } from './password.js';
import { findOwnAccount, replacePasswordHash } from './person.table.js';

/** Changes the caller's password. Whoever else holds a session of theirs is out with the same commit. */
@Controller()
export class ChangePassword {
  constructor(
    private readonly persons: PersonDatabase,
    private readonly attempts: SignInAttempts,
    private readonly passwords: PasswordHasher,
    private readonly rules: PasswordRules,
    private readonly clock: Clock,
  ) {}

  @Handles(changePassword)
  async handle(request: ChangePasswordRequest, ctx: TenantContext): Promise<Empty> {
    assertPerson(ctx);
    const account = await findOwnAccount(this.persons, ctx);
    if (!account) throw new Fault('not-found');
    // A stolen session must not become a way to guess the password.
    await this.attempts.begin(account.email, null);
    if (!(await this.passwords.matches(account.passwordHash, request.currentPassword))) {
      throw new Fault('invalid-input', { field: 'currentPassword', detail: 'The current password is not right' });
    }
    await this.attempts.succeeded(account.email, null);
    await this.rules.assertGood(request.newPassword, account.email, 'newPassword');
    const passwordHash = await this.passwords.hash(request.newPassword);
    await this.persons.transaction(ctx, async (tx) => {
      if (!(await replacePasswordHash(tx, account.passwordHash, passwordHash))) throw new Fault('conflict');
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
}
