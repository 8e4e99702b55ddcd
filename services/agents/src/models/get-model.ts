import { Controller } from '@nestjs/common';
import { getModel, type GetModelRequest, type Model } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { printPrice, type PricedModel } from '../prices/price-book.js';
import { ModelCatalog } from './model-catalog.js';

/** Reads one of the models that can be used. */
@Controller()
export class GetModel {
  constructor(private readonly catalog: ModelCatalog) {}

  @Handles(getModel)
  async handle({ model: name }: GetModelRequest): Promise<Model> {
    const { models, publishedAt } = await this.catalog.offer();
    const model = models.get(name);
    if (!model) throw new Fault('not-found');
    return printOffered(model, publishedAt);
  }
}

/** A model as OpenAI clients read it; it is as old as its price. */
export function printOffered(model: PricedModel, publishedAt: Date): Model {
  const { contextTokens, maxOutputTokens, input, cachedInput, output } = printPrice(model);
  const created = Math.floor(publishedAt.getTime() / 1_000);
  const price = { contextTokens, maxOutputTokens, input, cachedInput: cachedInput ?? input, output };
  return { id: model.name, object: 'model', created, owned_by: model.provider, ...price };
}
