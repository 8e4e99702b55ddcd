import { Controller } from '@nestjs/common';
import { confirmPrivacyForm, type ConfirmPrivacyFormRequest, type PrivacyFormReceipt } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { lockNamed } from '../duplicates/duplicate.table.js';
import { codeRefused } from '../verification/code.js';
import { Codes } from '../verification/codes.js';
import { IdentityDesk } from '../verification/identity-desk.js';
import { FormTenants } from './form-tenants.js';

/** Takes a code. Every refusal is the same; wrong ones are counted although they are refused. */
@Controller()
export class ConfirmPrivacyForm {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly forms: FormTenants,
    private readonly codes: Codes,
    private readonly identity: IdentityDesk,
  ) {}

  @Handles(confirmPrivacyForm)
  async handle(form: ConfirmPrivacyFormRequest, anonymous: TenantContext): Promise<PrivacyFormReceipt> {
    const ctx = this.forms.find(anonymous, form.tenant)?.ctx;
    const isRight = ctx && (await this.tenants.transaction(ctx, (tx) => this.confirm(tx, ctx, form)));
    if (!isRight) throw codeRefused();
    return { reference: form.reference };
  }

  private async confirm(tx: Transaction, ctx: TenantContext, form: ConfirmPrivacyFormRequest): Promise<boolean> {
    const { reference: requestId, code } = form;
    // The person before the request, and that before its code, as everybody locks them.
    const request = await lockNamed(tx, requestId);
    if (!request || request.closedAt !== null) return false;
    if (!(await this.codes.use(tx, requestId, code))) return false;
    await this.identity.record(tx, ctx, requestId, { method: 'code', passed: true });
    return true;
  }
}
