import { Controller } from '@nestjs/common';
import { getProductChange, type GetProductChangeRequest, type ProductChange } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ProductDefinitions } from './product-definitions.js';
import { changeMessage } from './product-message.js';
import { findProductVersion, rolloutOf } from './product.table.js';

/** Tells how far a change of the product tables has come. */
@Controller()
export class GetProductChange {
  constructor(private readonly products: ProductDefinitions) {}

  @Handles(getProductChange)
  async handle({ version }: GetProductChangeRequest): Promise<ProductChange> {
    const { job } = this.products;
    const found = await findProductVersion(job, version);
    if (!found) {
      throw new Fault('not-found');
    }
    return changeMessage(found, await rolloutOf(job, version));
  }
}
