import fc from 'fast-check';

/** Words for fields: by message, by service and scope, by service, or for all. */
export type Words = Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<unknown>>>>>;

/** Not given, although the contract would take it: what it may say depends on other fields. */
export const absent = fc.constant(undefined);

/** One of these. */
export const is = (...words: unknown[]): fc.Arbitrary<unknown> => fc.constantFrom(...words);
