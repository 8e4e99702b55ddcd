import { Controller } from '@nestjs/common';
import { getProductTable, type GetProductTableRequest, type ProductTable } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ProductDefinitions } from './product-definitions.js';
import { changeMessage, productTableMessage } from './product-message.js';
import { rolloutOf } from './product.table.js';

/** Gives one product table. */
@Controller()
export class GetProductTable {
  constructor(private readonly products: ProductDefinitions) {}

  @Handles(getProductTable)
  async handle({ table: name }: GetProductTableRequest): Promise<ProductTable> {
    const latest = await this.products.latest();
    const table = latest?.definitions.find((one) => one.name === name);
    if (!latest || !table) {
      throw new Fault('not-found');
    }
    return productTableMessage(table, changeMessage(latest, await rolloutOf(this.products.job, latest.version)));
  }
}
