import { Controller } from '@nestjs/common';
import { InvitationAccepted, acceptOwnerLink, type AcceptOwnerLinkRequest, type LoginReply } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { hashOfToken } from '../sessions/secret-token.js';
import { Sessions } from '../sessions/sessions.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { TenantPasswordRules } from '../users/tenant-password-rules.js';
import { replacePasswordHash } from '../users/person.table.js';
import { findLink, useLink } from './one-time-link.table.js';

/** Sets a first password and signs in. A token that is used up, expired or made up gets one and the same answer. */
@Controller()
export class AcceptOwnerLink {
  constructor(
    private readonly control: ControlDatabase,
    private readonly rules: TenantPasswordRules,
    private readonly passwords: PasswordHasher,
    private readonly sessions: Sessions,
    private readonly clock: Clock,
  ) {}

  @Handles(acceptOwnerLink)
  async handle(request: AcceptOwnerLinkRequest, ctx: TenantContext): Promise<LoginReply> {
    const now = this.clock.now();
    const hash = hashOfToken(request.token);
    const link = hash && (await findLink(this.control, hash, now));
    if (!hash || !link) throw deadLink();
    await this.rules.assertGood(request.password, link, 'password');
    const passwordHash = await this.passwords.hash(request.password, ctx);
    const person = { personId: link.personId, lastTenant: link.forTenant, passwordSetAt: now };
    return this.sessions.start(ctx, person, null, async (tx) => {
      const isSet =
        (await useLink(tx, hash, now)) && (await replacePasswordHash(tx, null, { passwordHash, setAt: now }));
      if (!isSet) throw deadLink();
      tx.publish(new InvitationAccepted({ personId: link.personId }), {
        changes: [
          {
            resource: 'person',
            id: link.personId,
            action: 'update',
            new: { password: { commitment: null, sealed: null } },
          },
        ],
      });
    });
  }
}

function deadLink(): Fault {
  return new Fault('not-found', {
    field: 'token',
    detail: 'This link does not work, or not any more; ask for a new one',
  });
}
