import type { FieldFacts, MessageType } from '@tenantry/contracts';
import { getMetadataStorage } from 'class-validator';

/** What the contract says about a field's values besides their kind, read from the rules that are enforced. */
export interface FieldRules {
  readonly minLength: number;
  readonly maxLength: number | null;
  readonly pattern: RegExp | null;
  readonly words: readonly string[] | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly minItems: number;
  readonly uniqueItems: boolean;
  /** isCanonicalUuid, isEmail, isHttpUrl, isCidr, isIp, isIanaTimeZone or isFqdn. */
  readonly format: string | null;
}

const FORMATS: ReadonlySet<string> = new Set([
  'isCanonicalUuid',
  'isEmail',
  'isHttpUrl',
  'isCidr',
  'isIp',
  'isIanaTimeZone',
  'isFqdn',
]);

/** The rules of one field. */
export function rulesOf(type: MessageType<unknown>, { wire, required }: FieldFacts): FieldRules {
  const given = new Map(
    getMetadataStorage()
      .getTargetValidationMetadatas(type, '', false, false)
      .filter(({ propertyName, name }) => propertyName === wire && name !== undefined)
      .map(({ name, constraints }) => [name!, (constraints ?? []) as unknown[]]),
  );
  const number = (name: string): number | null => (given.get(name)?.[0] as number | undefined) ?? null;
  return {
    minLength: Math.max(number('minLength') ?? 0, required ? 1 : 0),
    maxLength: number('maxLength'),
    pattern: (given.get('matches')?.[0] as RegExp | undefined) ?? null,
    words: (given.get('isIn')?.[0] as string[] | undefined) ?? null,
    min: number('min'),
    max: number('max'),
    minItems: number('arrayMinSize') ?? 0,
    uniqueItems: given.has('hasUniqueItems'),
    format: [...given.keys()].find((name) => FORMATS.has(name)) ?? null,
  };
}
