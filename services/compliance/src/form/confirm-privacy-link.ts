import { Controller } from '@nestjs/common';
import { confirmPrivacyLink, type ConfirmPrivacyLinkRequest, type PrivacyFormReceipt } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { LinkSigner } from '@tenantry/service';
import { lockNamed } from '../duplicates/duplicate.table.js';
import { IdentityDesk } from '../verification/identity-desk.js';
import { Links } from '../verification/links.js';
import { linkRefused, readToken, type LinkFacts } from '../verification/verification-link.js';
import { FormTenants } from './form-tenants.js';

/** Takes a link, once. Every refusal is the same, and one that nobody signed for this tenant does not reach the database. */
@Controller()
export class ConfirmPrivacyLink {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly forms: FormTenants,
    private readonly signer: LinkSigner,
    private readonly links: Links,
    private readonly identity: IdentityDesk,
  ) {}

  @Handles(confirmPrivacyLink)
  async handle({ tenant, token }: ConfirmPrivacyLinkRequest, anonymous: TenantContext): Promise<PrivacyFormReceipt> {
    const ctx = this.forms.find(anonymous, tenant)?.ctx;
    const facts = ctx && readToken(this.signer, ctx.tenantId, token);
    if (!facts) throw linkRefused();
    const isRight = await this.tenants.transaction(ctx, (tx) => this.#confirm(tx, ctx, facts));
    if (!isRight) throw linkRefused();
    return { reference: facts.requestId };
  }

  async #confirm(tx: Transaction, ctx: TenantContext, facts: LinkFacts): Promise<boolean> {
    // The person before the request, and that before its link, as everybody locks them.
    const request = await lockNamed(tx, facts.requestId);
    if (!request || request.closedAt !== null || !(await this.links.use(tx, facts))) return false;
    await this.identity.record(tx, ctx, facts.requestId, { method: 'link', passed: true });
    return true;
  }
}
