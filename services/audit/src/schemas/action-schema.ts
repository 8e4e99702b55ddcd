import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { Fault } from '@tenantry/kernel';

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** How events of an action look. */
export interface ActionSchema {
  readonly action: string;
  readonly version: number;
  readonly schema: Schema;
  readonly registeredAt: Date;
}

/** What a schema describes of an event. */
export interface DescribedEvent {
  readonly resource: string;
  readonly change: string;
  readonly old: Readonly<Record<string, unknown>>;
  readonly new: Readonly<Record<string, unknown>>;
}

const MAX_BYTES = 16_384;
const MAX_DEPTH = 12;
/** A hostile value could make these slow, or they reach elsewhere. */
const REFUSED: ReadonlySet<string> = new Set([
  ...['pattern', 'patternProperties', 'format', 'uniqueItems'],
  ...['$ref', '$dynamicRef', '$id', '$anchor', '$dynamicAnchor', '$schema', '$vocabulary'],
]);

/** Compiles a schema. @throws Fault `invalid-input` naming what is wrong with it */
export function compileSchema(schema: Schema): ValidateFunction<DescribedEvent> {
  if (Buffer.byteLength(JSON.stringify(schema)) > MAX_BYTES) throw wrong(`A schema has at most ${MAX_BYTES} bytes`);
  assertKeywords(schema, 0);
  try {
    return new Ajv2020({ strict: true, strictRequired: false, ownProperties: true }).compile<DescribedEvent>(schema);
  } catch (cause) {
    throw wrong((cause as Error).message);
  }
}

/** Everywhere, also where a property has such a name: then it is called otherwise. */
function assertKeywords(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) throw wrong(`A schema is at most ${MAX_DEPTH} levels deep`);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value) && REFUSED.has(key)) throw wrong(`${key} is not accepted`);
    assertKeywords(inner, depth + 1);
  }
}

function wrong(detail: string): Fault {
  return new Fault('invalid-input', { field: 'schema', detail });
}

/** @throws Fault `invalid-input` naming the field that does not fit */
export function assertFits(
  validate: ValidateFunction<DescribedEvent>,
  { action, version }: Pick<ActionSchema, 'action' | 'version'>,
  event: DescribedEvent,
): void {
  if (validate(event)) return;
  const [error] = validate.errors!;
  const detail = `${action} version ${version}: ${pathOf(error!)} ${error!.message}`;
  throw new Fault('invalid-input', { field: 'fields', detail });
}

/** `/new/status` → `new.status`; of a missing one its name too. */
function pathOf({ instancePath, params }: ErrorObject): string {
  const names = (params as { missingProperty?: string; additionalProperty?: string }) ?? {};
  const last = names.missingProperty ?? names.additionalProperty;
  return [...instancePath.split('/').slice(1), ...(last === undefined ? [] : [last])].join('.') || 'the event';
}
