import { Controller } from '@nestjs/common';
import {
  AuditEventRecorded,
  recordAuditEvent,
  type AuditFieldChange,
  type RecordAuditEventRequest,
} from '@tenantry/contracts';
import { TenantDatabase, type AuditValue, type RowChange } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ActionSchemas } from '../schemas/action-schemas.js';
import { RecordedValues } from './recorded-values.js';

const DEFAULT_CLASSIFICATION = 'internal';

/** Takes an entry of a product team. It goes the way of every other: outbox, stream, log, tree. */
@Controller()
export class RecordAuditEvent {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly values: RecordedValues,
    private readonly schemas: ActionSchemas,
  ) {}

  @Handles(recordAuditEvent)
  async handle(request: RecordAuditEventRequest, ctx: TenantContext): Promise<void> {
    refuseTwice(request.fields);
    const { action } = request;
    const version = await this.schemas.check(request);
    const change = withSchema(await this.changeOf(request, ctx.tenantId), action, version);
    const origin = { operation: recordAuditEvent.name, action };
    await this.tenants.transaction({ ...ctx, origin }, (tx) => {
      tx.publish(new AuditEventRecorded({ action }), { changes: [change] });
      return Promise.resolve();
    });
  }

  private async changeOf(request: RecordAuditEventRequest, tenantId: string): Promise<RowChange> {
    const { resource, resourceId, change, fields } = request;
    const side = async (name: 'old' | 'new'): Promise<Record<string, AuditValue>> => {
      const given = fields.filter((field) => field[name] !== undefined);
      const values = given.map(async ({ field, classification, [name]: value }) => {
        const place = {
          tenantId,
          resource,
          resourceId,
          field,
          classification: classification ?? DEFAULT_CLASSIFICATION,
        };
        return [field, await this.values.record(place, value)] as const;
      });
      return Object.fromEntries(await Promise.all(values));
    };
    const [before, after] = await Promise.all([side('old'), side('new')]);
    return {
      ...{ resource, id: resourceId, action: change as RowChange['action'] },
      ...(Object.keys(before).length > 0 ? { old: before } : {}),
      ...(Object.keys(after).length > 0 ? { new: after } : {}),
    };
  }
}

/** The log says which schema an event was checked against. No field of an event can have this name. */
function withSchema(change: RowChange, action: string, version: number | null): RowChange {
  return version === null ? change : { ...change, new: { ...change.new, '@schema': `${action}/${version}` } };
}

function refuseTwice(fields: readonly AuditFieldChange[]): void {
  const names = fields.map(({ field }) => field);
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i);
  if (twice >= 0) {
    throw new Fault('invalid-input', { field: `fields[${twice}].field`, detail: `${names[twice]} is there twice` });
  }
}
