import { Fault } from '@tenantry/kernel';

/** What decides how a value of a type may be written. */
export type TypeFamily =
  'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'time' | 'timestamp' | 'interval' | 'uuid' | 'json' | 'inet';

/** A column's type from the allow-list. */
export interface ColumnType {
  /** As Postgres spells it, e.g. `numeric(12,2)`; safe to be part of SQL. */
  readonly sql: string;
  readonly family: TypeFamily;
  readonly array: boolean;
}

const families: Readonly<Record<string, TypeFamily>> = {
  text: 'text',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  numeric: 'decimal',
  real: 'decimal',
  'double precision': 'decimal',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamp',
  interval: 'interval',
  uuid: 'uuid',
  jsonb: 'json',
  inet: 'inet',
};

const aliases: Readonly<Record<string, string>> = {
  string: 'text',
  int2: 'smallint',
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  decimal: 'numeric',
  float4: 'real',
  float: 'double precision',
  float8: 'double precision',
  double: 'double precision',
  bool: 'boolean',
  'time without time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'character varying': 'varchar',
  character: 'char',
  // Only jsonb can be compared.
  json: 'jsonb',
};

const SHAPE = /^([a-z][a-z0-9 ]*?)(?: ?\( ?(\d{1,5}) ?(?:, ?(\d{1,4}) ?)?\))?( ?\[\])?$/;
const MAX_TEXT_LENGTH = 10_485_760;
const MAX_PRECISION = 1000;

const known = new Map<string, ColumnType>();

/**
 * Reads a type as people write it: `VARCHAR(80)`, `int`, `numeric(12, 2)`, `text[]`.
 * @throws Fault `type-not-allowed` for anything else
 */
export function parseColumnType(text: string, field = 'type'): ColumnType {
  const cached = known.get(text);
  if (cached) {
    return cached;
  }
  const [, written = '', first, second, brackets] = SHAPE.exec(text.trim().toLowerCase().replace(/\s+/g, ' ')) ?? [];
  const base = Object.hasOwn(aliases, written) ? aliases[written]! : written;
  const scalar = scalarType(base, first && Number(first), second && Number(second));
  if (!scalar) {
    throw new Fault('type-not-allowed', {
      field,
      detail: `${field} must be one of ${Object.keys(families).join(', ')}, varchar(n), char(n), numeric(p,s), or one of these followed by []`,
    });
  }
  const type = { ...scalar, sql: `${scalar.sql}${brackets ? '[]' : ''}`, array: brackets !== undefined };
  if (known.size < 1000) {
    known.set(text, type);
  }
  return type;
}

type Modifier = number | '' | undefined;
type Scalar = Omit<ColumnType, 'array'> | undefined;

function scalarType(base: string, first: Modifier, second: Modifier): Scalar {
  if (base === 'varchar' || base === 'char') {
    return textType(base, first, second);
  }
  if (base === 'numeric' && typeof first === 'number') {
    return numericType(first, second);
  }
  const family = Object.hasOwn(families, base) ? families[base] : undefined;
  return family && first === undefined ? { sql: base, family } : undefined;
}

function textType(base: string, length: Modifier, second: Modifier): Scalar {
  if (length === undefined) {
    return { sql: base, family: 'text' };
  }
  const fits = second === undefined && Number(length) >= 1 && Number(length) <= MAX_TEXT_LENGTH;
  return fits ? { sql: `${base}(${length})`, family: 'text' } : undefined;
}

function numericType(precision: number, scale: Modifier): Scalar {
  if (precision < 1 || precision > MAX_PRECISION || Number(scale ?? 0) > precision) {
    return undefined;
  }
  return { sql: scale === undefined ? `numeric(${precision})` : `numeric(${precision},${scale})`, family: 'decimal' };
}
