import { parseJsonStrict } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { JsonRow } from '../rows-body.js';
import { importFault } from './import-fault.js';

const MAX_LINE_BYTES = 1024 * 1024;
const NEW_LINE = 0x0a;

/** Reads rows of newline-delimited JSON. Empty lines are skipped. @throws Fault `import-refused` naming the row */
export async function* readNdjson(source: AsyncIterable<Buffer>): AsyncGenerator<JsonRow> {
  let rest: Buffer = Buffer.alloc(0);
  let row = 0;
  for await (const chunk of source) {
    rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    let start = 0;
    for (let end = rest.indexOf(NEW_LINE); end >= 0; end = rest.indexOf(NEW_LINE, start)) {
      const parsed = parseLine(rest.subarray(start, end), row + 1);
      start = end + 1;
      if (parsed) {
        row += 1;
        yield parsed;
      }
    }
    rest = rest.subarray(start);
    if (rest.length > MAX_LINE_BYTES) {
      throw importFault(row + 1, new Fault('body-too-large', { detail: `A row has at most ${MAX_LINE_BYTES} bytes` }));
    }
  }
  const last = parseLine(rest, row + 1);
  if (last) {
    yield last;
  }
}

function parseLine(line: Buffer, row: number): JsonRow | null {
  if (line.length === 0 || line.toString().trim() === '') {
    return null;
  }
  let value: unknown;
  try {
    value = parseJsonStrict(line);
  } catch (error) {
    throw error instanceof Fault ? importFault(row, error) : error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw importFault(row, new Fault('malformed-request', { detail: 'It is not a JSON object' }));
  }
  return value as JsonRow;
}
