import { Controller } from '@nestjs/common';
import {
  confirmPrivacyForm,
  PrivacyIdentityChecked,
  type ConfirmPrivacyFormRequest,
  type PrivacyFormReceipt,
} from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { lockRequestIfAny } from '../requests/privacy-request.table.js';
import { RequestDesk } from '../requests/request-desk.js';
import { LEVELS } from '../requests/request-type.js';
import { codeRefused } from '../verification/code.js';
import { Codes } from '../verification/codes.js';
import { FormTenants } from './form-tenants.js';

/** Takes a code. Every refusal is the same; wrong ones are counted although they are refused. */
@Controller()
export class ConfirmPrivacyForm {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly forms: FormTenants,
    private readonly desk: RequestDesk,
    private readonly codes: Codes,
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
    // The request before its code, as everybody locks them.
    const request = await lockRequestIfAny(tx, requestId);
    if (!request || request.closedAt !== null) return false;
    if (!(await this.codes.use(tx, requestId, code))) return false;
    await this.desk.changeIn(tx, ctx, requestId, (before) => {
      const after = { ...before, verifiedLevel: Math.max(1, before.verifiedLevel) };
      const verified = LEVELS[after.verifiedLevel] ?? 'none';
      const entry = { kind: 'identity_checked', facts: { method: 'code', passed: true, verified } };
      return { after, entry, event: () => new PrivacyIdentityChecked({ requestId, method: 'code', verified }) };
    });
    return true;
  }
}
