import { Controller } from '@nestjs/common';
import {
  getTableForeignKeys,
  type GetTableForeignKeysRequest,
  printMessage,
  Reply,
  SchemaForeignKey,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from '../spaces/catalog.js';
import { definitionIn, schemaForeignKeys } from './schema-message.js';

/** `get_table_foreign_keys`: the foreign keys of a table. */
@Controller()
export class GetTableForeignKeys {
  constructor(private readonly catalog: Catalog) {}

  @Handles(getTableForeignKeys)
  async handle({ table_name: name }: GetTableForeignKeysRequest, ctx: TenantContext): Promise<Reply<never>> {
    const space = await this.catalog.reload(ctx);
    const rows = schemaForeignKeys(definitionIn(space, name));
    return new Reply<never>(Buffer.from(JSON.stringify(rows.map((row) => printMessage(SchemaForeignKey, row)))));
  }
}
