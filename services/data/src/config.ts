import { settings } from '@tenantry/service';
import { z } from 'zod';

const MEBIBYTE = 1024 * 1024;
const count = (value: number): z.ZodDefault<z.ZodCoercedNumber> => z.coerce.number().int().min(1).default(value);

/** What the data service is told by its environment: limits, each with the refusal that names it. */
export class DataSettings extends settings({
  ROWS_MAX: count(1_000).describe('Most rows of one table in one answer of the row API'),
  ROWS_ANSWER_MAX_BYTES: count(3 * MEBIBYTE).describe(
    'Largest answer of the row API in bytes; below what NATS takes in one message',
  ),
  ROWS_CHANGED_MAX: count(10_000).describe('Most rows that one request of the row API may change'),
  IMPORT_MAX_ROWS: count(50_000).describe('Most rows in one import'),
  IMPORT_MAX_BYTES: count(256 * MEBIBYTE).describe('Largest import in bytes'),
}) {}
