import { Controller } from '@nestjs/common';
import {
  type DataMapPlace,
  describeSubjectTables,
  setTableRecord,
  type SetTableRecordRequest,
  type SubjectTable,
  TableRecordSet,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles, RpcClient } from '@tenantry/messaging';
import { placeOfTable, type TableRecord } from './data-map.js';
import { saveRecord } from './table-record.table.js';

/** Says what a table is for; plans of copies and erasures show it, and do what it says. */
@Controller()
export class SetTableRecord {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
  ) {}

  @Handles(setTableRecord)
  async handle(request: SetTableRecordRequest, ctx: TenantContext): Promise<DataMapPlace> {
    const table = await this.#find(request.table, ctx);
    const eraseAction = request.eraseAction as TableRecord['eraseAction'];
    const keepReason = request.keepReason ?? null;
    if (eraseAction === 'keep' && keepReason === null) {
      throw new Fault('invalid-input', { field: 'keepReason', detail: 'Name the duty for which the rows are kept' });
    }
    const record: TableRecord = { ...request, eraseAction, keepReason };
    await this.tenants.transaction(ctx, async (tx) => {
      await saveRecord(tx, record, this.clock.now());
      tx.publish(new TableRecordSet({ table: record.table, eraseAction }));
    });
    return placeOfTable(table, record)!;
  }

  async #find(name: string, ctx: TenantContext): Promise<SubjectTable> {
    const { tables } = await this.rpc.call(describeSubjectTables, { after: '', table: name }, ctx);
    if (!tables[0]) throw new Fault('not-found');
    return tables[0];
  }
}
