import { Controller } from '@nestjs/common';
import { recountTables, type RecountTablesRequest, type TableRecount } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { askToCompare } from './recount.table.js';

/** Has a tenant's counts compared with its tables soon. */
@Controller()
export class RecountTables {
  constructor(private readonly control: ControlDatabase) {}

  @Handles(recountTables)
  async handle({ tenantId }: RecountTablesRequest): Promise<TableRecount> {
    const asked = await askToCompare(this.control.job('data_counts'), tenantId);
    if (!asked) {
      throw new Fault('not-found');
    }
    return { tenantId, ...asked };
  }
}
