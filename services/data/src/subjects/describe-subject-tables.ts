import { Controller } from '@nestjs/common';
import {
  describeSubjectTables,
  type DescribeSubjectTablesRequest,
  type DescribeSubjectTablesResponse,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from '../spaces/catalog.js';
import { tableOfMap } from './place-message.js';

const PAGE_TABLES = 100;

/** Describes the tenant's tables for the data map. */
@Controller()
export class DescribeSubjectTables {
  constructor(private readonly catalog: Catalog) {}

  @Handles(describeSubjectTables)
  async handle(
    { after, table }: DescribeSubjectTablesRequest,
    ctx: TenantContext,
  ): Promise<DescribeSubjectTablesResponse> {
    const { tables } = await this.catalog.reload(ctx);
    const rest = [...tables]
      .map(({ definition }) => definition)
      .filter(({ name }) => (table == null ? name > after : name === table))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    return { tables: rest.slice(0, PAGE_TABLES).map(tableOfMap), more: rest.length > PAGE_TABLES };
  }
}
