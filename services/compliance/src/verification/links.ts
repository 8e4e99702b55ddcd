import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { Clock, Fault } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { LinkSigner } from '@tenantry/service';
import { ComplianceSettings } from '../config.js';
import { Notices } from '../notices/notices.js';
import type { PrivacyRequest } from '../requests/privacy-request.js';
import { isUsable, LINK_HOURS, newLink, printToken, type LinkFacts } from './verification-link.js';
import { lockLink, saveLink } from './verification-link.table.js';

/** Mails links, and uses them up. */
@Injectable()
export class Links {
  constructor(
    private readonly signer: LinkSigner,
    private readonly notices: Notices,
    private readonly directories: Directories,
    private readonly settings: ComplianceSettings,
    private readonly clock: Clock,
  ) {}

  /** Mails a new link to the person of a request; the one before works no more. @throws Fault `conflict`, `unavailable` */
  async send(tx: Transaction, request: PrivacyRequest): Promise<void> {
    const kept = newLink(await lockLink(tx, request.id), this.clock.now());
    const token = printToken(this.signer, tx.tenantId, { requestId: request.id, ...kept });
    await this.notices.tell(tx, request, 'link', {
      link: this.#addressOf(tx.tenantId, token),
      hours: String(LINK_HOURS),
    });
    await saveLink(tx, request.id, kept);
  }

  /** Uses a link up when it is the one that was mailed last, unused and in time. The caller holds its request's lock. */
  async use(tx: Transaction, facts: LinkFacts): Promise<boolean> {
    const now = this.clock.now();
    const kept = await lockLink(tx, facts.requestId);
    if (!kept || !isUsable(facts, kept, now)) return false;
    await saveLink(tx, facts.requestId, { ...kept, usedAt: now });
    return true;
  }

  /** The page of a link. Its secret stands after the #, so opening it sends the secret nowhere. */
  #addressOf(tenantId: string, token: string): string {
    const { PAGES_URL } = this.settings;
    const slug = this.directories.tenants.get(tenantId)?.slug;
    if (PAGES_URL === undefined || slug === undefined) {
      const detail = 'No link can be made, because PAGES_URL does not say where the pages are: mail a code';
      throw new Fault('conflict', { detail });
    }
    return `${PAGES_URL.replace(/\/$/, '')}/privacy/${slug}/verify#${token}`;
  }
}
