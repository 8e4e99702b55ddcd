import { Injectable } from '@nestjs/common';
import type { AuditValue, RowChange } from '@tenantry/database';
import { RecordedValues } from '../recording/recorded-values.js';
import type { Destination } from './destination.js';

export const RESOURCE = 'audit_destination';

/** A destination as the log keeps it: its address may let somebody in, so it is sealed; secrets are nowhere. */
@Injectable()
export class DestinationChange {
  constructor(private readonly values: RecordedValues) {}

  async added(tenantId: string, destination: Destination): Promise<RowChange> {
    const { id: resourceId, name, url, email, format, delivered } = destination;
    const record = (field: string, classification: string, value: unknown): Promise<AuditValue> =>
      this.values.record({ tenantId, resource: RESOURCE, resourceId, field, classification }, value);
    const values = { url: await record('url', 'sensitive', url), email: await record('email', 'personal', email) };
    const own = { name, format, delivered: String(delivered), ...values };
    return { resource: RESOURCE, id: resourceId, action: 'insert', new: own };
  }
}
