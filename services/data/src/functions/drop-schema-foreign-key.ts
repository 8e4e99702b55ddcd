import { Controller } from '@nestjs/common';
import { dropSchemaForeignKey, type DropSchemaForeignKeyRequest, type SchemaTable } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { droppingForeignKey } from '../tables/table-change.js';
import { TenantTables } from '../tables/tenant-tables.js';
import { schemaTable } from './schema-message.js';

/** `drop_foreign_key`: what DropForeignKey does. */
@Controller()
export class DropSchemaForeignKey {
  constructor(private readonly tables: TenantTables) {}

  @Handles(dropSchemaForeignKey)
  async handle(request: DropSchemaForeignKeyRequest, ctx: TenantContext): Promise<SchemaTable> {
    const decide = droppingForeignKey(request.table_name, request.constraint_name);
    return this.tables.change(ctx, decide, ({ after }) => schemaTable(after!));
  }
}
