import { field, type EventFacts, type Operation } from '@tenantry/contracts';
import type { RowChange, TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';

interface AccessedEvent {
  readonly outcome: 'read' | 'refused';
}

/** The one event that no proto declares, because every service has it: something was read, or an attempt refused. */
function accessedType(service: string): new (outcome: AccessedEvent['outcome']) => object {
  const facts: EventFacts = { service, name: 'Accessed', subjectSuffix: `${service}.Accessed`, action: 'accessed' };
  const fields = [field('outcome', 'string', { required: true, dataClass: 'none' })];
  return class Accessed {
    static readonly typeName = `tenantry.${service}.v1.Accessed`;
    static readonly fields = fields;
    static readonly event = facts;

    constructor(readonly outcome: AccessedEvent['outcome']) {}
  };
}

const PATH_FIELD = /\{(\w+)\}/g;

/** The row that an operation reads, as far as its path names it. */
function accessedRow(operation: Operation, input: object): RowChange {
  const ids = [...(operation.http?.path ?? '').matchAll(PATH_FIELD)].map(([, name = '']) =>
    String((input as Record<string, unknown>)[name]),
  );
  const [resource = operation.name] = (operation.audit ?? operation.name).split('.', 1);
  return { resource, id: ids.join('/') || '*', action: 'read' };
}

/**
 * Writes reads that name an audit action, and refused attempts at operations that do, into the outbox of the tenant they
 * touched. The answer waits for it: nothing classified is read without a trace.
 */
export class AccessLog {
  private readonly event: ReturnType<typeof accessedType>;

  constructor(
    service: string,
    private readonly tenants: TenantDatabase,
  ) {
    this.event = accessedType(service);
  }

  async recordRead(ctx: TenantContext, operation: Operation, input: object): Promise<void> {
    if (operation.audit === null || operation.http?.method !== 'GET') return;
    await this.record(ctx, 'read', accessedRow(operation, input));
  }

  async recordRefusal(ctx: TenantContext, operation: Operation): Promise<void> {
    if (operation.audit === null) return;
    await this.record(ctx, 'refused', { resource: operation.name, id: '*', action: 'read' });
  }

  private async record(ctx: TenantContext, outcome: AccessedEvent['outcome'], change: RowChange): Promise<void> {
    // A trace is written whatever the tenant's status: a suspended tenant's open operations leave one too.
    const own: TenantContext = { ...ctx, purpose: 'reaction', idempotency: null, signal: null };
    await this.tenants.transaction(own, (tx) => {
      tx.publish(new this.event(outcome), { changes: [change] });
      return Promise.resolve();
    });
  }
}
