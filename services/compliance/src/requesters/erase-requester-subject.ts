import { Controller } from '@nestjs/common';
import { eraseRequesterSubject, type EraseRequesterSubjectRequest, type PersonErased } from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Mailer } from '@tenantry/service';
import { PLACES } from './requester.js';

/** Removes mails to somebody that lie in the outbox because there is no mail server. */
@Controller()
export class EraseRequesterSubject {
  constructor(
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  @Handles(eraseRequesterSubject)
  async handle({ email = null }: EraseRequesterSubjectRequest, { tenantId }: TenantContext): Promise<PersonErased> {
    const rows = BigInt(email === null ? 0 : await this.mailer.forget(tenantId, email));
    return { places: [{ place: PLACES.mails, action: 'delete', rows }], rows: 0n, erasedAt: this.clock.now() };
  }
}
