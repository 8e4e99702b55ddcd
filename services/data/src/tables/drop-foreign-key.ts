import { Controller } from '@nestjs/common';
import { dropForeignKey, type DropForeignKeyRequest, type Table } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { droppingForeignKey } from './table-change.js';
import { tableMessage } from './table-message.js';
import { TenantTables } from './tenant-tables.js';

/** Drops a foreign key of a table of the tenant. */
@Controller()
export class DropForeignKey {
  constructor(private readonly tables: TenantTables) {}

  @Handles(dropForeignKey)
  async handle({ table, name }: DropForeignKeyRequest, ctx: TenantContext): Promise<Table> {
    return this.tables.change(ctx, droppingForeignKey(table, name), ({ after }) => tableMessage(after!));
  }
}
