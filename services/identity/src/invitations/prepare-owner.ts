import { Controller } from '@nestjs/common';
import { prepareOwner, type PrepareOwnerReply, type PrepareOwnerRequest } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { Clock, newId, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { normaliseEmail } from '../users/email.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { PasswordRules } from '../users/password.js';
import { insertPreparation } from './prepared-owner.table.js';

/** Keeps who will own a tenant. Nobody becomes anything yet: that is the reaction to the tenant's event. */
@Controller()
export class PrepareOwner {
  constructor(
    private readonly control: ControlDatabase,
    private readonly rules: PasswordRules,
    private readonly passwords: PasswordHasher,
    private readonly clock: Clock,
  ) {}

  @Handles(prepareOwner)
  async handle(request: PrepareOwnerRequest, ctx: TenantContext): Promise<PrepareOwnerReply> {
    const email = normaliseEmail(request.email);
    const preparedAt = this.clock.now();
    const ref = newId(preparedAt);
    const passwordHash = request.password == null ? null : await this.accepted(request.password, email, ctx);
    await insertPreparation(this.control, { tenantId: request.tenantId, ref, email, passwordHash, preparedAt });
    return { ownerRef: ref };
  }

  private async accepted(password: string, email: string, ctx: TenantContext): Promise<string> {
    await this.rules.assertGood(password, email, 'password');
    return this.passwords.hash(password, ctx);
  }
}
