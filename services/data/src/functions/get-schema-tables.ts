import { Controller } from '@nestjs/common';
import { getSchemaTables, type GetSchemaTablesRequest, printMessage, Reply, SchemaTable } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from '../spaces/catalog.js';
import { schemaTable } from './schema-message.js';

/** `get_schema_tables`: the tables that the row API shows. */
@Controller()
export class GetSchemaTables {
  constructor(private readonly catalog: Catalog) {}

  @Handles(getSchemaTables)
  async handle(_request: GetSchemaTablesRequest, ctx: TenantContext): Promise<Reply<never>> {
    const space = await this.catalog.reload(ctx);
    const rows = [...space.tables].map(({ definition }) => schemaTable(definition));
    return new Reply<never>(Buffer.from(JSON.stringify(rows.map((row) => printMessage(SchemaTable, row)))));
  }
}
