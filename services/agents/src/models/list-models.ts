import { Controller } from '@nestjs/common';
import { listModels, type ListModelsRequest, type ListModelsResponse } from '@tenantry/contracts';
import { Handles } from '@tenantry/messaging';
import { printOffered } from './get-model.js';
import { ModelCatalog } from './model-catalog.js';

/** Lists the models that can be used, as OpenAI clients read such a list. */
@Controller()
export class ListModels {
  constructor(private readonly catalog: ModelCatalog) {}

  @Handles(listModels)
  async handle(_request: ListModelsRequest): Promise<ListModelsResponse> {
    const { models, publishedAt } = await this.catalog.offer();
    return { object: 'list', data: [...models.values()].map((model) => printOffered(model, publishedAt)) };
  }
}
