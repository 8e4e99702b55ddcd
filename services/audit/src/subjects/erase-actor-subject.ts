import { Controller } from '@nestjs/common';
import { eraseActorSubject, type EraseActorSubjectRequest, type PersonErased } from '@tenantry/contracts';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { eraseOrigins, PLACES } from './actor-subject.table.js';

/** Forgets from where a member did what the log says they did. */
@Controller()
export class EraseActorSubject {
  readonly #job: Job;

  constructor(
    control: ControlDatabase,
    private readonly clock: Clock,
  ) {
    this.#job = control.job('audit_eraser');
  }

  @Handles(eraseActorSubject)
  handle({ userId = null }: EraseActorSubjectRequest, ctx: TenantContext): Promise<PersonErased> {
    return this.#job.transaction(
      async (tx) => {
        const rows = BigInt(await eraseOrigins(tx, userId));
        return {
          places: [{ place: PLACES.origin, action: 'delete', rows }],
          rows: 0n,
          erasedAt: this.clock.now(),
          keysDestroyed: [],
        };
      },
      { tenantId: ctx.tenantId, ctx: { ...ctx, idempotency: null }, cell: ctx.cell },
    );
  }
}
