import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { Mailer } from '@tenantry/service';
import type { PrivacyRequest } from '../requests/privacy-request.js';
import { findTemplate } from './notice-template.table.js';
import { NOTICES, renderNotice, type NoticeKind, type NoticeValues } from './notice.js';

/** Mails notices, in the words of their tenant. */
@Injectable()
export class Notices {
  constructor(
    private readonly mailer: Mailer,
    private readonly directories: Directories,
  ) {}

  /**
   * Tells the person, never their agent. The mail leaves before the commit that records it: a notice that can't be shown to have been
   * sent is none, and one that is sent twice does no harm.
   * @throws Fault `unavailable` when the mail server does not take it; then nothing is recorded
   */
  async tell(tx: Transaction, request: PrivacyRequest, kind: NoticeKind, values: NoticeValues): Promise<void> {
    const to = request.subjectEmail;
    await this.send(tx, to, kind, { name: request.subjectName, reference: request.id, ...values });
  }

  /** Tells somebody else, such as the controller. @throws Fault `unavailable` as `tell` does */
  async send(tx: Transaction, to: string, kind: NoticeKind, values: NoticeValues): Promise<void> {
    const tenant = this.directories.tenants.get(tx.tenantId)?.name ?? '';
    const notice = renderNotice((await findTemplate(tx, kind)) ?? NOTICES[kind], { tenant, ...values });
    try {
      await this.mailer.send({ to, ...notice, tenantId: tx.tenantId });
    } catch (error) {
      const detail = 'The mail server did not take the notice, so nothing was recorded; try again';
      throw new Fault('unavailable', { detail, retryAfterS: 30, cause: new Error(whyNotSent(error)) });
    }
  }
}

/** A mail server's answer names the address, which no log may have: its code is enough. */
function whyNotSent(error: unknown): string {
  const { code, responseCode } = error as { readonly code?: string; readonly responseCode?: number };
  return `the mail server refused or was not reached: ${code ?? 'no code'} ${responseCode ?? ''}`.trim();
}
