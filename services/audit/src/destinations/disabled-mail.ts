import { Injectable } from '@nestjs/common';
import { Logger, Mailer } from '@tenantry/service';
import type { DueDestination } from './delivery.table.js';

/** Tells whoever the tenant named that a destination was disabled. */
@Injectable()
export class DisabledMail {
  constructor(
    private readonly mailer: Mailer,
    private readonly log: Logger,
  ) {}

  /** The event tells too, so a mail that does not leave is logged and stops nothing. */
  async tell({ tenantId, id, name, email, delivered }: DueDestination): Promise<void> {
    if (email === null) return;
    const text = `The audit log is not sent to "${name}" any more: it took nothing for three days, or answered that it is gone.

The last entry that it took is ${delivered}. Nothing is lost: once the destination answers again, enable it, and it goes on with the next entry.

    POST /v1/audit/destinations/${id}/enable
`;
    try {
      await this.mailer.send({ to: email, subject: `Audit log: destination "${name}" is disabled`, text });
    } catch (error) {
      // A mail server's answer names the address, which no log may have: its code is enough.
      const { code, responseCode } = error as { readonly code?: string; readonly responseCode?: number };
      this.log.warn(
        { tenantId, destinationId: id, code, responseCode },
        'Nobody could be told that a destination is disabled',
      );
    }
  }
}
