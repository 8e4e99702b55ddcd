/** How sensitive a value is; the words of `DataClass` in options.proto. */
export type DataClass = 'none' | 'internal' | 'personal' | 'sensitive' | 'phi' | 'payment_token' | 'secret';

/** What a field holds: `int64` is a bigint, `timestamp` a Date, `bytes` a Uint8Array, `json` any JSON value. */
export type FieldKind = 'string' | 'bool' | 'int32' | 'int64' | 'double' | 'bytes' | 'timestamp' | 'json' | 'message';

/** What the runtime knows about one field of a message. */
export interface FieldFacts {
  /** As in the proto: `time_zone`. */
  readonly name: string;
  /** As in JSON and on the class: `timeZone`. */
  readonly wire: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** Text keys; `kind` is that of the values. */
  readonly map: boolean;
  /** May be absent (`undefined`) or cleared (`null`). */
  readonly optional: boolean;
  /** Must be given; text must not be blank either. */
  readonly required: boolean;
  /** Text may have line breaks and tabs. */
  readonly multiline: boolean;
  /** A list or map that may be null, as if it were absent. */
  readonly nullable: boolean;
  /** The largest number of items or entries. */
  readonly maxItems: number;
  /** Which JSON values a `json` field takes. */
  readonly json: 'any' | 'object' | 'array';
  /** The class of a `message` field; a thunk because messages may refer to each other in circles. */
  readonly message?: () => MessageType<object>;
  readonly dataClass: DataClass;
}

/** A generated message class. */
export interface MessageType<T> {
  new (): T;
  /** The full proto name, e.g. `tenantry.tenants.v1.Location`. */
  readonly typeName: string;
  readonly fields: readonly FieldFacts[];
}

/** A generated event class. */
export interface EventType<T> extends MessageType<T> {
  readonly event: EventFacts;
}

/** What the bus knows about an event. */
export interface EventFacts {
  /** The service that publishes it. */
  readonly service: string;
  readonly name: string;
  /** What follows `events.<tenantId>.` in its subject: `tenants.TenantSuspended`. */
  readonly subjectSuffix: string;
  /** The audit action when no operation caused it. */
  readonly action: string;
}

/** The most items of a repeated field without a `max_items` rule. */
export const DEFAULT_MAX_ITEMS = 1_000;

/** The facts of a field, with everything usual left out. Called by generated code. */
export function field(name: string, kind: FieldKind, more: Partial<FieldFacts> = {}): FieldFacts {
  // A message or time has no zero value, so one that is not optional must be there.
  const always = (kind === 'message' || kind === 'timestamp') && !more.optional && !more.repeated && !more.map;
  return {
    name,
    wire: name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    kind,
    repeated: false,
    map: false,
    optional: false,
    required: always,
    multiline: false,
    nullable: false,
    maxItems: DEFAULT_MAX_ITEMS,
    json: 'any',
    dataClass: 'internal',
    ...more,
  };
}

/** No content: `google.protobuf.Empty`. */
export class Empty {
  static readonly typeName = 'google.protobuf.Empty';
  static readonly fields: readonly FieldFacts[] = [];
}
