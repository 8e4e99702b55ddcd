import { Injectable } from '@nestjs/common';
import { Directories } from '@tenantry/messaging';
import { Logger, Mailer } from '@tenantry/service';
import { noteOf, verifierOf } from '../proofs/checkpoint.js';
import { AnchorRefused, type AnchorPlace } from './anchor-place.js';
import type { DueAnchor } from './anchor.table.js';

const DAY_MS = 86_400_000;

/** A mailbox: the newest head once a day, as a file that `tenantry audit verify` reads. */
@Injectable()
export class AnchorMail implements AnchorPlace {
  readonly everyMs = DAY_MS;

  constructor(
    private readonly mailer: Mailer,
    private readonly directories: Directories,
    private readonly log: Logger,
  ) {}

  async keep({ tenantId, email, newest }: DueAnchor): Promise<null> {
    const tenant = this.directories.tenants.get(tenantId)?.name ?? tenantId;
    try {
      await this.mailer.send({
        to: email!,
        subject: `Audit log of ${tenant}: ${newest.size} entries`,
        text: textOf(noteOf(newest), verifierOf(newest)),
      });
    } catch (error) {
      // A mail server's answer names the address, which no log may have: its code is enough.
      const { code, responseCode } = error as { readonly code?: string; readonly responseCode?: number };
      this.log.warn({ tenantId, code, responseCode }, 'A head of an audit log could not be mailed');
      throw new AnchorRefused('The mail server did not take the mail');
    }
    return null;
  }
}

function textOf(note: string, key: string): string {
  return `Keep this mail. It shows later whether anybody changed the audit log up to today, whoever that may be.

Everything between the lines is the checkpoint: save it to a file, export the log, and compare them:

    tenantry audit verify log.ndjson --checkpoint checkpoint.txt --key '${key}'

----------------------------------------------------------------
${note}----------------------------------------------------------------
`;
}
