import type { ModelPrice as ModelPriceMessage, PriceBook as PriceBookMessage } from '@tenantry/contracts';
import { onUnique, sql, type RowChange, type Sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { printPrice, readPrice, type PriceBook } from './price-book.js';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

type BookRow = Omit<PriceBook, 'models'> & { readonly models: ModelPriceMessage[] };

/** The book with a number, or the one in force; null when there is none. */
export async function findBook(rows: Rows, version: number | null = null): Promise<PriceBook | null> {
  const [row] = await rows.query<BookRow>(sql`select version, note, models, published_at as "publishedAt"
    from agents.price_book where ${version}::integer is null or version = ${version} order by version desc limit 1`);
  return row ? { ...row, models: row.models.map(readPrice) } : null;
}

/** @throws Fault `conflict` when somebody else published one just now */
export async function insertBook(tx: Transaction, { version, note, models, publishedAt }: PriceBook): Promise<void> {
  const late = (): Fault =>
    new Fault('conflict', { detail: 'Another price book was published just now; look at it and try again' });
  await tx
    .execute(
      sql`insert into agents.price_book (tenant_id, version, note, models, published_at)
        values (${tx.tenantId}, ${version}, ${note}, ${JSON.stringify(models.map(printPrice))}::jsonb, ${publishedAt})`,
    )
    .catch(onUnique('price_book_pkey', late));
}

/** A new book as the audit log records it. */
export function bookChanges({ version, note, models }: PriceBook): RowChange[] {
  const prices = models.map(
    ({ name, ...model }) => `${name} ${printPrice({ name, ...model }).input}/${printPrice({ name, ...model }).output}`,
  );
  return [{ resource: 'price_book', id: String(version), action: 'insert', new: { note, prices: prices.join(', ') } }];
}

export function toMessage({ version, note, models, publishedAt }: PriceBook): PriceBookMessage {
  return { version, note, models: models.map(printPrice), publishedAt };
}
