import { type PersonRows, Reply } from '@tenantry/contracts';

/** Batches of rows as a copy of a person's data takes them: a line of JSON for each, in memory that does not grow with them. */
export function personRows(batches: AsyncIterable<readonly object[]> | Iterable<readonly object[]>): PersonRows {
  const reply = new Reply<AsyncIterable<Uint8Array>>(linesOf(batches), {
    headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
  });
  return reply as unknown as PersonRows;
}

async function* linesOf(
  batches: AsyncIterable<readonly object[]> | Iterable<readonly object[]>,
): AsyncGenerator<Uint8Array, void> {
  for await (const rows of batches) {
    if (rows.length > 0) yield Buffer.from(rows.map(lineOf).join(''));
  }
}

function lineOf(row: object): string {
  return `${JSON.stringify({ row, redacted: [] }, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}\n`;
}
