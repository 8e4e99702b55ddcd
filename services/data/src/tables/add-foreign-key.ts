import { Controller } from '@nestjs/common';
import { addForeignKey, type AddForeignKeyRequest, type Table } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { addingForeignKey } from './table-change.js';
import { tableMessage } from './table-message.js';
import { TenantTables } from './tenant-tables.js';

/** Adds a foreign key to a table of the tenant. */
@Controller()
export class AddForeignKey {
  constructor(private readonly tables: TenantTables) {}

  @Handles(addForeignKey)
  async handle({ table, ...key }: AddForeignKeyRequest, ctx: TenantContext): Promise<Table> {
    return this.tables.change(ctx, addingForeignKey(table, key), ({ after }) => tableMessage(after!));
  }
}
