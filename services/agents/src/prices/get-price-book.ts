import { Controller } from '@nestjs/common';
import { getPriceBook, type GetPriceBookRequest, type PriceBook } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findBook, toMessage } from './price-book.table.js';

/** Gives a price book. */
@Controller()
export class GetPriceBook {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getPriceBook)
  async handle({ version }: GetPriceBookRequest, ctx: TenantContext): Promise<PriceBook> {
    const rows = {
      query: <T extends object>(statement: Parameters<TenantDatabase['query']>[1]) =>
        this.tenants.query<T>(ctx, statement),
    };
    const book = await findBook(rows, version === 'current' ? null : Number(version));
    if (!book) throw new Fault('not-found');
    return toMessage(book);
  }
}
