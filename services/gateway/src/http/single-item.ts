import type { Operation } from '@tenantry/contracts';
import { isObject } from './cloud-events.js';

/** The input of an operation that takes one item of a list by itself; undefined when the body has any field of the input, or nothing. */
export function singleItemInput({ singleItem, input }: Operation, json: unknown): object | undefined {
  if (singleItem === null || !isObject(json)) return undefined;
  const isInput = input.fields.some(({ wire }) => Object.hasOwn(json, wire));
  return isInput || Object.keys(json).length === 0 ? undefined : { [singleItem]: [json] };
}
