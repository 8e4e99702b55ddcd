import { Controller } from '@nestjs/common';
import {
  submitPrivacyForm,
  VerificationCodeNotSent,
  VerificationCodeSent,
  type PrivacyFormReceipt,
  type SubmitPrivacyFormRequest,
} from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, newId, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { openRequest, type TimedRequest } from '../requests/privacy-request.js';
import { RequestDesk } from '../requests/request-desk.js';
import { REQUEST_TYPES } from '../requests/request-type.js';
import { Codes } from '../verification/codes.js';
import { assertRoom, countLately, mayMail, type FormLoad } from './form.table.js';
import { FormTenants } from './form-tenants.js';
import { findSettings } from './settings.table.js';

/** Takes a request from somebody nobody knows yet. Whoever they are, the answer is the same. */
@Controller()
export class SubmitPrivacyForm {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly forms: FormTenants,
    private readonly desk: RequestDesk,
    private readonly codes: Codes,
    private readonly clock: Clock,
  ) {}

  @Handles(submitPrivacyForm)
  async handle(form: SubmitPrivacyFormRequest, anonymous: TenantContext): Promise<PrivacyFormReceipt> {
    const place = this.forms.find(anonymous, form.tenant);
    if (!place) throw new Fault('not-found');
    const { ctx, timeZone } = place;
    return this.tenants.transaction(ctx, async (tx) => {
      const settings = await findSettings(tx);
      if (!settings.isFormEnabled) throw new Fault('not-found');
      const { name, email, website, ...rest } = form;
      const facts = { channel: 'form', timeZone } as const;
      const wish = { ...rest, subjectName: name, subjectEmail: email, calendar: settings.calendar };
      const request = openRequest(wish, facts, this.clock.now());
      const load = await countLately(tx, request.subjectEmail, this.clock.now());
      assertRoom(load);
      if (website) return { reference: newId(this.clock.now()) };
      await this.desk.open(tx, ctx, request);
      if (REQUEST_TYPES[request.type].level > 0) await this.mailCode(tx, ctx, request.id, load);
      return { reference: request.id };
    });
  }

  /** The request is received, whatever becomes of the mail; staff see in the timeline that there was none. */
  private async mailCode(tx: Transaction, ctx: TenantContext, requestId: string, load: FormLoad): Promise<void> {
    await this.desk.changeIn(tx, ctx, requestId, async (before) => {
      const isSent = mayMail(load) && (await this.trySend(tx, before));
      const entry = { kind: isSent ? 'code_sent' : 'code_not_sent' };
      const Happened = isSent ? VerificationCodeSent : VerificationCodeNotSent;
      return { after: before, entry, event: () => new Happened({ requestId }) };
    });
  }

  private async trySend(tx: Transaction, request: TimedRequest): Promise<boolean> {
    try {
      await this.codes.send(tx, request);
      return true;
    } catch (error) {
      if (error instanceof Fault && error.reason === 'unavailable') return false;
      throw error;
    }
  }
}
