import { Controller } from '@nestjs/common';
import {
  ActionSchemaRegistered,
  registerActionSchema,
  type ActionSchema as ActionSchemaMessage,
  type RegisterActionSchemaRequest,
} from '@tenantry/contracts';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { compileSchema, type ActionSchema } from './action-schema.js';
import { countActions, findSchema, insertSchema, isSameSchema, lockAction } from './action-schema.table.js';
import { toSchemaMessage } from './get-action-schema.js';

/** Schemas are listed at once, so there are only so many. */
const MAX_ACTIONS = 500;

/** Registers the next version of an action's schema; one that says the same stays the version that it is. */
@Controller()
export class RegisterActionSchema {
  readonly #job: Job;

  constructor(
    control: ControlDatabase,
    private readonly clock: Clock,
  ) {
    this.#job = control.job('audit_registrar');
  }

  @Handles(registerActionSchema)
  handle({ action, schema }: RegisterActionSchemaRequest, ctx: TenantContext): Promise<ActionSchemaMessage> {
    compileSchema(schema);
    return this.#job.transaction(
      async (tx) => {
        await lockAction(tx, action);
        const latest = await findSchema(tx, action);
        if (latest && (await isSameSchema(tx, latest.schema, schema))) return toSchemaMessage(latest);
        if (!latest && (await countActions(tx)) >= MAX_ACTIONS) {
          throw new Fault('conflict', {
            detail: `${MAX_ACTIONS} actions have a schema, which is as many as there may be`,
          });
        }
        const made: ActionSchema = {
          action,
          version: (latest?.version ?? 0) + 1,
          schema,
          registeredAt: this.clock.now(),
        };
        await insertSchema(tx, made);
        const change = { resource: 'action_schema', id: action, action: latest ? 'update' : 'insert' } as const;
        const values = { version: made.version };
        tx.publish(new ActionSchemaRegistered({ action, version: made.version }), {
          changes: [{ ...change, new: values }],
        });
        return toSchemaMessage(made);
      },
      { ctx, tenantId: ctx.tenantId },
    );
  }
}
