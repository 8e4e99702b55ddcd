import { Controller } from '@nestjs/common';
import { getTableColumns, type GetTableColumnsRequest, printMessage, Reply, SchemaColumn } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from '../spaces/catalog.js';
import { definitionIn, schemaColumns } from './schema-message.js';

/** `get_table_columns`: the columns of a table. */
@Controller()
export class GetTableColumns {
  constructor(private readonly catalog: Catalog) {}

  @Handles(getTableColumns)
  async handle({ table_name: name }: GetTableColumnsRequest, ctx: TenantContext): Promise<Reply<never>> {
    const space = await this.catalog.reload(ctx);
    const rows = schemaColumns(definitionIn(space, name));
    return new Reply<never>(Buffer.from(JSON.stringify(rows.map((row) => printMessage(SchemaColumn, row)))));
  }
}
