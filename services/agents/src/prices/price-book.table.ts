import type { ModelPrice as ModelPriceMessage, PriceBook as PriceBookMessage } from '@tenantry/contracts';
import { sql, type RowChange, type Sql, type Transaction } from '@tenantry/database';
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

/** Price books are published by one transaction at a time: the next one gets the next number. */
export async function lockBooks(tx: Transaction): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('agents price books', 0))`);
}

export async function insertBook(tx: Transaction, { version, note, models, publishedAt }: PriceBook): Promise<void> {
  await tx.execute(sql`insert into agents.price_book (tenant_id, version, note, models, published_at)
    values (${tx.tenantId}, ${version}, ${note}, ${JSON.stringify(models.map(printPrice))}::jsonb, ${publishedAt})`);
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
