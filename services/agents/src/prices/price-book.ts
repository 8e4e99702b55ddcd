import type { ModelPrice as ModelPriceMessage, PublishPriceBookRequest } from '@tenantry/contracts';
import { Fault, formatNanos, parseNanos } from '@tenantry/kernel';
import type { TokenPrices } from './rating.js';

/** A model as tenants ask for it: who answers, within which limits, for how much. */
export interface PricedModel extends TokenPrices {
  readonly name: string;
  readonly provider: string;
  /** The provider's own name for it. */
  readonly upstreamModel: string;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  /** Names of models that are tried when it can't be had. */
  readonly fallbacks: readonly string[];
}

/** All models from a moment on. A book never changes. */
export interface PriceBook {
  readonly version: number;
  readonly note: string | null;
  readonly models: readonly PricedModel[];
  readonly publishedAt: Date;
}

/** The book after this one. @throws Fault `invalid-input` naming what is wrong with which model */
export function nextBook(request: PublishPriceBookRequest, before: PriceBook | null, now: Date): PriceBook {
  const models = request.models.map(readPrice).sort((x, y) => (x.name < y.name ? -1 : 1));
  assertConsistent(request.models);
  return { version: (before?.version ?? 0) + 1, note: request.note ?? null, models, publishedAt: now };
}

function assertConsistent(models: readonly ModelPriceMessage[]): void {
  const names = new Set<string>();
  for (const [index, { model }] of models.entries()) {
    if (names.has(model)) throw invalid(`models[${index}].model`, 'is in the list twice');
    names.add(model);
  }
  for (const [index, { model, fallbacks }] of models.entries()) {
    const wrong = fallbacks.find((name) => name === model || !names.has(name));
    if (wrong !== undefined)
      throw invalid(`models[${index}].fallbacks`, `must name other models of this book, not ${wrong}`);
  }
}

/** Reads a model's price. @throws Fault `invalid-input` */
export function readPrice(price: ModelPriceMessage, index: number): PricedModel {
  const field = (name: string): string => `models[${index}].${name}`;
  if (price.maxOutputTokens > price.contextTokens) {
    throw invalid(field('maxOutputTokens'), 'must not exceed contextTokens');
  }
  const inputNanosPerMillion = amount(price.input, field('input'));
  return {
    ...{ name: price.model, provider: price.provider, upstreamModel: price.upstreamModel ?? price.model },
    ...{ contextTokens: price.contextTokens, maxOutputTokens: price.maxOutputTokens, fallbacks: [...price.fallbacks] },
    inputNanosPerMillion,
    cachedInputNanosPerMillion:
      price.cachedInput == null ? inputNanosPerMillion : amount(price.cachedInput, field('cachedInput')),
    outputNanosPerMillion: amount(price.output, field('output')),
  };
}

function amount(text: string, field: string): bigint {
  const nanos = parseNanos(text, field);
  if (nanos < 0n) throw invalid(field, 'must not be negative');
  return nanos;
}

function invalid(field: string, what: string): Fault {
  return new Fault('invalid-input', { field, detail: `${field} ${what}` });
}

/** A model's price as it is told and stored. */
export function printPrice(model: PricedModel): ModelPriceMessage {
  return {
    ...{ model: model.name, provider: model.provider, upstreamModel: model.upstreamModel },
    ...{ contextTokens: model.contextTokens, maxOutputTokens: model.maxOutputTokens },
    ...{ input: formatNanos(model.inputNanosPerMillion), cachedInput: formatNanos(model.cachedInputNanosPerMillion) },
    ...{ output: formatNanos(model.outputNanosPerMillion), fallbacks: [...model.fallbacks] },
  };
}
