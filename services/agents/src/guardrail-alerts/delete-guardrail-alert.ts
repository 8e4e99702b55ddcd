import { Controller } from '@nestjs/common';
import {
  deleteGuardrailAlert,
  GuardrailAlertDeleted,
  type DeleteGuardrailAlertRequest,
  type GuardrailAlert as AlertMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { printAlert } from './guardrail-alert.js';
import { alertChange, deleteAlert } from './guardrail-alert.table.js';

/** Has no more mails sent for an alert. */
@Controller()
export class DeleteGuardrailAlert {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(deleteGuardrailAlert)
  handle({ name }: DeleteGuardrailAlertRequest, ctx: TenantContext): Promise<AlertMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const gone = await deleteAlert(tx, name);
      tx.publish(new GuardrailAlertDeleted({ name }), { changes: [alertChange('delete', gone)] });
      return printAlert(gone);
    });
  }
}
