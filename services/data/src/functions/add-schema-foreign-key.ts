import { Controller } from '@nestjs/common';
import { addSchemaForeignKey, type AddSchemaForeignKeyRequest, type SchemaForeignKey } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { addingForeignKey } from '../tables/table-change.js';
import { TenantTables } from '../tables/tenant-tables.js';
import { schemaForeignKeys } from './schema-message.js';

/** `add_foreign_key`: what AddForeignKey does for one column. */
@Controller()
export class AddSchemaForeignKey {
  constructor(private readonly tables: TenantTables) {}

  @Handles(addSchemaForeignKey)
  async handle(request: AddSchemaForeignKeyRequest, ctx: TenantContext): Promise<SchemaForeignKey> {
    const decide = addingForeignKey(request.table_name, {
      name: request.constraint_name,
      columns: [request.column_name],
      referencedTable: request.foreign_table_name,
      referencedColumns: [request.foreign_column_name],
      onDelete: request.on_delete,
    });
    return this.tables.change(ctx, decide, ({ after, part }) =>
      schemaForeignKeys(after!).find((key) => key.constraint_name === part)!,
    );
  }
}
