import { Controller } from '@nestjs/common';
import { refresh, type LoginReply, type RefreshRequest } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findAccountById } from '../users/person.table.js';
import { hashOfToken } from './secret-token.js';
import { findTokenOwner } from './session.table.js';
import { Sessions } from './sessions.js';

/** Exchanges a refresh token for new tokens. */
@Controller()
export class Refresh {
  constructor(
    private readonly control: ControlDatabase,
    private readonly sessions: Sessions,
  ) {}

  @Handles(refresh)
  async handle(request: RefreshRequest, ctx: TenantContext): Promise<LoginReply> {
    const hash = hashOfToken(request.refreshToken);
    const owner = hash && (await findTokenOwner(this.control, hash));
    const account = owner && (await findAccountById(this.control, owner.personId));
    if (!hash || !owner || !account) throw new Fault('refresh-refused');
    return this.sessions.continue(ctx, account, owner.sessionId, hash, request.tenant ?? null);
  }
}
