import { Controller } from '@nestjs/common';
import {
  GuardrailAlertPut,
  putGuardrailAlert,
  type GuardrailAlert as AlertMessage,
  type PutGuardrailAlertRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { printAlert, readAlert } from './guardrail-alert.js';
import { alertChange, lockAlert, saveAlert } from './guardrail-alert.table.js';

/** Has somebody told by mail what guardrails decide. */
@Controller()
export class PutGuardrailAlert {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(putGuardrailAlert)
  handle(request: PutGuardrailAlertRequest, ctx: TenantContext): Promise<AlertMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await lockAlert(tx, request.name);
      const alert = readAlert(request, before, this.clock.now());
      await saveAlert(tx, alert);
      const change = alertChange(before ? 'update' : 'insert', alert);
      tx.publish(new GuardrailAlertPut({ name: alert.name }), { changes: [change] });
      return printAlert(alert);
    });
  }
}
