import { Controller } from '@nestjs/common';
import { listModels, type ListModelsRequest, type ListModelsResponse } from '@tenantry/contracts';
import { Handles } from '@tenantry/messaging';
import { printPrice } from '../prices/price-book.js';
import { ModelCatalog } from './model-catalog.js';

/** Lists the models that can be used, as OpenAI clients read such a list. */
@Controller()
export class ListModels {
  constructor(private readonly catalog: ModelCatalog) {}

  @Handles(listModels)
  async handle(_request: ListModelsRequest): Promise<ListModelsResponse> {
    const { models, publishedAt } = await this.catalog.offer();
    const created = Math.floor(publishedAt.getTime() / 1_000);
    const data = [...models.values()].map((model) => {
      const { contextTokens, maxOutputTokens, input, cachedInput, output } = printPrice(model);
      const price = { contextTokens, maxOutputTokens, input, cachedInput: cachedInput ?? input, output };
      return { id: model.name, object: 'model', created, owned_by: model.provider, ...price };
    });
    return { object: 'list', data };
  }
}
