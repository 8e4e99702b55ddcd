import { Controller } from '@nestjs/common';
import {
  PriceBookPublished,
  publishPriceBook,
  type PriceBook as PriceBookMessage,
  type PublishPriceBookRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { nextBook } from './price-book.js';
import { bookChanges, findBook, insertBook, lockBooks, toMessage } from './price-book.table.js';

/** Publishes the next price book. Calls that have begun are rated by the book that was in force then. */
@Controller()
export class PublishPriceBook {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(publishPriceBook)
  async handle(request: PublishPriceBookRequest, ctx: TenantContext): Promise<PriceBookMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      await lockBooks(tx);
      const book = nextBook(request, await findBook(tx), this.clock.now());
      await insertBook(tx, book);
      tx.publish(new PriceBookPublished({ version: book.version }), { changes: bookChanges(book) });
      return toMessage(book);
    });
  }
}
