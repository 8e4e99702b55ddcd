import { Controller } from '@nestjs/common';
import { eraseRequesterSubject, type EraseRequesterSubjectRequest, type PersonErased } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Mailer } from '@tenantry/service';
import { maskAccesses } from '../access-reviews/access-subject.table.js';
import { PLACES } from './requester.js';

/** Removes mails to somebody that lie in the outbox because there is no mail server, and empties who they were in access reviews. */
@Controller()
export class EraseRequesterSubject {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  @Handles(eraseRequesterSubject)
  async handle(request: EraseRequesterSubjectRequest, ctx: TenantContext): Promise<PersonErased> {
    const { email = null } = request;
    const masked = await this.tenants.transaction(ctx, (tx) => tx.execute(maskAccesses(request)));
    const mails = email === null ? 0 : await this.mailer.forget(ctx.tenantId, email);
    const places = [
      { place: PLACES.accesses, action: 'mask', rows: BigInt(masked) },
      { place: PLACES.mails, action: 'delete', rows: BigInt(mails) },
    ];
    return { places, rows: 0n, erasedAt: this.clock.now(), keysDestroyed: [] };
  }
}
