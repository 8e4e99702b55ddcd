import type { Operation } from '@tenantry/contracts';

/** The input of an operation that takes one item of a list by itself; undefined when the body has any field of the input, or nothing. */
export function singleItemInput({ singleItem, input }: Operation, json: unknown): object | undefined {
  if (singleItem === null || typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const isInput = input.fields.some(({ wire }) => Object.hasOwn(json, wire));
  return isInput || Object.keys(json).length === 0 ? undefined : { [singleItem]: [json] };
}
