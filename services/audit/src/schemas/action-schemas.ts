import { Injectable } from '@nestjs/common';
import type { RecordAuditEventRequest } from '@tenantry/contracts';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { assertFits, compileSchema, type DescribedEvent } from './action-schema.js';
import { findSchema } from './action-schema.table.js';

type Validate = ReturnType<typeof compileSchema>;

/** Compiled schemas that are kept; a version never changes. */
const KEPT = 200;

/** Checks events of the product against the schemas of their actions. */
@Injectable()
export class ActionSchemas {
  readonly #job: Job;
  readonly #compiled = new Map<string, Validate>();

  constructor(control: ControlDatabase) {
    this.#job = control.job('audit_registrar');
  }

  /**
   * Answers the version that the event fits; null when its action has no schema.
   * @throws Fault `invalid-input` when it does not fit, or names a version that is not there
   */
  async check(request: RecordAuditEventRequest): Promise<number | null> {
    const { action, schemaVersion = null } = request;
    const found = await findSchema(this.#job, action, schemaVersion);
    if (!found && schemaVersion !== null) {
      const detail = `${action} has no schema of version ${schemaVersion}`;
      throw new Fault('invalid-input', { field: 'schemaVersion', detail });
    }
    if (!found) return null;
    const key = `${found.action}/${found.version}`;
    const validate = this.#compiled.get(key) ?? this.#keep(key, compileSchema(found.schema));
    assertFits(validate, found, describe(request));
    return found.version;
  }

  /** What was compiled first goes first. */
  #keep(key: string, validate: Validate): Validate {
    if (this.#compiled.size >= KEPT) this.#compiled.delete(this.#compiled.keys().next().value!);
    this.#compiled.set(key, validate);
    return validate;
  }
}

function describe({ resource, change, fields }: RecordAuditEventRequest): DescribedEvent {
  const side = (name: 'old' | 'new'): Record<string, unknown> =>
    Object.fromEntries(fields.flatMap((field) => (field[name] === undefined ? [] : [[field.field, field[name]]])));
  return { resource, change, old: side('old'), new: side('new') };
}
