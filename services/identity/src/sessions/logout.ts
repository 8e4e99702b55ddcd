import { Controller } from '@nestjs/common';
import { logout, type Empty, type LogoutRequest } from '@tenantry/contracts';
import { ControlDatabase, PersonDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertPerson } from '../users/own-account.js';
import { hashOfToken } from './secret-token.js';
import { endSessions, findTokenOwner } from './session.table.js';

/** Ends a session of the caller: the one that asks, or the one whose refresh token is shown. */
@Controller()
export class Logout {
  constructor(
    private readonly persons: PersonDatabase,
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(logout)
  async handle(request: LogoutRequest, ctx: TenantContext): Promise<Empty> {
    assertPerson(ctx);
    const sessionId = request.refreshToken ? await this.sessionOf(request.refreshToken, ctx) : ctx.credentialId;
    if (sessionId) {
      // Row-level security keeps this to the caller's own sessions.
      await this.persons.transaction(ctx, (tx) => endSessions(tx, { only: sessionId }, 'signed_out', this.clock.now()));
    }
    return {};
  }

  /** Signing out of a session that is over, or never was, is done already. */
  private async sessionOf(refreshToken: string, ctx: TenantContext): Promise<string | null> {
    const hash = hashOfToken(refreshToken);
    const owner = hash && (await findTokenOwner(this.control, hash));
    return owner?.personId === ctx.actor.id ? owner.sessionId : null;
  }
}
