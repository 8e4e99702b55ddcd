import { Controller } from '@nestjs/common';
import {
  getActionSchema,
  type ActionSchema as ActionSchemaMessage,
  type GetActionSchemaRequest,
} from '@tenantry/contracts';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import type { ActionSchema } from './action-schema.js';
import { findSchema } from './action-schema.table.js';

export function toSchemaMessage({ schema, ...facts }: ActionSchema): ActionSchemaMessage {
  return { ...facts, source: 'product', schema: { ...schema } };
}

/** The schema of an action. */
@Controller()
export class GetActionSchema {
  readonly #job: Job;

  constructor(control: ControlDatabase) {
    this.#job = control.job('audit_registrar');
  }

  @Handles(getActionSchema)
  async handle({ action, version }: GetActionSchemaRequest, _: TenantContext): Promise<ActionSchemaMessage> {
    const found = await findSchema(this.#job, action, version ?? null);
    if (!found) throw new Fault('not-found');
    return toSchemaMessage(found);
  }
}
