import { Controller } from '@nestjs/common';
import { listActionSchemas, type ListActionSchemasRequest, type ListActionSchemasResponse } from '@tenantry/contracts';
import { ControlDatabase, type Job } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { latestSchemas } from './action-schema.table.js';
import { toSchemaMessage } from './get-action-schema.js';
import { ownSchemas } from './own-schemas.js';

/** The latest schema of every action: the product's and Tenantry's own. */
@Controller()
export class ListActionSchemas {
  readonly #job: Job;

  constructor(control: ControlDatabase) {
    this.#job = control.job('audit_registrar');
  }

  @Handles(listActionSchemas)
  async handle({ source }: ListActionSchemasRequest, _: TenantContext): Promise<ListActionSchemasResponse> {
    const product = source === 'tenantry' ? [] : (await latestSchemas(this.#job)).map(toSchemaMessage);
    const own = source === 'product' ? [] : ownSchemas();
    return { data: [...product, ...own] };
  }
}
