import { ArrayMinSize, IsIn, IsOptional, Matches, Max, MaxLength, Min } from 'class-validator';
import { field, type FieldFacts } from '../message.js';
import { HasUniqueItems, IsCanonicalUuid, IsCidr, IsHttpUrl, IsIanaTimeZone, MaxInt64, MinInt64 } from '../rules.js';

/** A message with a field of every kind, as the generator writes it, for the specs of this folder. */
export class Sample {
  static readonly typeName = 'sample.v1.Sample';
  static readonly fields: readonly FieldFacts[] = [
    field('name', 'string', { required: true }),
    field('note', 'string', { optional: true, multiline: true }),
    field('active', 'bool'),
    field('count', 'int32'),
    field('total', 'int64'),
    field('ratio', 'double'),
    field('seal', 'bytes'),
    field('happened_at', 'timestamp', { optional: true }),
    field('tags', 'string', { repeated: true, maxItems: 3 }),
    field('aliases', 'string', { repeated: true, nullable: true }),
    field('labels', 'string', { map: true, maxItems: 2 }),
    field('anything', 'json'),
    field('settings', 'json', { json: 'object' }),
    field('list', 'json', { json: 'array' }),
    field('columns', 'message', { repeated: true, message: () => Column }),
    field('parent', 'message', { optional: true, message: () => Sample }),
  ];

  @MaxLength(20)
  name = '';

  note?: string | null;
  active = false;

  @Min(0)
  @Max(200)
  count = 0;

  @MinInt64(-5n)
  @MaxInt64(9223372036854775807n)
  total = 0n;

  ratio = 0;
  seal: Uint8Array = new Uint8Array();
  happenedAt?: Date | null;

  @Matches(/^[a-z]+$/u, { each: true })
  @HasUniqueItems()
  tags: string[] = [];
  aliases: string[] = [];

  labels: Record<string, string> = {};
  anything?: unknown;
  settings: Record<string, unknown> = {};
  list: unknown[] = [];
  columns: Column[] = [];
  parent?: Sample | null;
}

/** A message inside another, and in a circle with it. */
export class Column {
  static readonly typeName = 'sample.v1.Column';
  static readonly fields: readonly FieldFacts[] = [
    field('name', 'string', { required: true }),
    field('sample', 'message', { optional: true, message: () => Sample }),
  ];

  @MaxLength(10)
  name = '';

  sample?: Sample | null;
}

/** One field for each rule that is written by hand or needs care. */
export class Ruled {
  static readonly typeName = 'sample.v1.Ruled';
  static readonly fields: readonly FieldFacts[] = [
    field('id', 'string'),
    field('url', 'string', { optional: true }),
    field('networks', 'string', { repeated: true }),
    field('time_zone', 'string', { optional: true }),
    field('kind', 'string'),
    field('created_at', 'timestamp'),
    field('roles', 'string', { repeated: true }),
  ];

  @IsCanonicalUuid()
  id = '';

  @IsOptional()
  @IsHttpUrl()
  url?: string | null;

  @IsCidr({ each: true })
  networks: string[] = [];

  @IsOptional()
  @IsIanaTimeZone()
  timeZone?: string | null;

  @IsIn(['one', 'two'])
  kind = '';

  createdAt!: Date;

  @ArrayMinSize(1)
  roles: string[] = [];
}
