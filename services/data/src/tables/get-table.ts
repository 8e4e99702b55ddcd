import { Controller } from '@nestjs/common';
import { getTable, type GetTableRequest, type Table } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from '../spaces/catalog.js';
import { tableMessage } from './table-message.js';

/** Gives one of the tables that the row API shows. */
@Controller()
export class GetTable {
  constructor(private readonly catalog: Catalog) {}

  @Handles(getTable)
  async handle({ table: name }: GetTableRequest, ctx: TenantContext): Promise<Table> {
    const table = (await this.catalog.reload(ctx)).table(name);
    if (!table) {
      throw new Fault('not-found');
    }
    return tableMessage(table.definition);
  }
}
