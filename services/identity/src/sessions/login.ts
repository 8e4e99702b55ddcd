import { Controller } from '@nestjs/common';
import { login, type LoginReply, type LoginRequest } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { normaliseEmail } from '../users/email.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { findAccountByEmail } from '../users/person.table.js';
import { Sessions } from './sessions.js';
import { SignInAttempts } from './sign-in-attempts.js';

/** Signs a person in. An unknown address takes the same steps as a known one, and gets the answer of a wrong password. */
@Controller()
export class Login {
  constructor(
    private readonly control: ControlDatabase,
    private readonly attempts: SignInAttempts,
    private readonly passwords: PasswordHasher,
    private readonly sessions: Sessions,
  ) {}

  @Handles(login)
  async handle(request: LoginRequest, ctx: TenantContext): Promise<LoginReply> {
    const email = normaliseEmail(request.email);
    await this.attempts.begin(email, ctx.request.clientIp);
    const account = await findAccountByEmail(this.control, email);
    const matches = await this.passwords.matches(account?.passwordHash, request.password, ctx);
    if (!account || !matches) throw new Fault('sign-in-refused');
    await this.attempts.succeeded(email, ctx.request.clientIp);
    return this.sessions.start(ctx, account, request.tenant ?? null);
  }
}
