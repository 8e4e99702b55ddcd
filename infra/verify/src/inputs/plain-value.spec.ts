import { operations, parseMessage } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { Canary } from '../world/canary.js';
import { isNeeded, plainValue } from './plain-value.js';
import { fieldsOf, resolved, type Field, type Schema } from './schema.js';
import { isUnknown, slotOf } from './slots.js';

const derived = operations.filter(({ http }) => http !== null && !http.custom);

describe('the values of a request', () => {
  const canary = new Canary();

  /** What a field names stands for itself here; nobody is asked to make it. */
  const named = (operation: string, { name, schema }: Pick<Field, 'name' | 'schema'>): unknown =>
    schema.type === 'array'
      ? [namedItem(operation, name, resolved(schema.items ?? {}))]
      : namedItem(operation, name, resolved(schema));
  const namedItem = (operation: string, name: string, schema: Schema): unknown =>
    schema.type === 'object' ? plainValue(operation, name, schema, canary) : namedText(schema);
  const namedText = (schema: Schema): unknown => {
    if (schema.format === 'uuid') return newId();
    if (schema.type === 'integer') return 1;
    const words = [canary.word(), '1', '000000', 'a'.repeat(91)];
    const fits = (word: string): boolean => new RegExp(schema.pattern ?? '').test(word);
    return /int/.test(schema.format ?? '') ? '1' : words.find(fits);
  };

  it.each(derived.map((operation) => [operation.name, operation] as const))(
    'of %s obey its rules',
    (name, operation) => {
      const needed = fieldsOf(operation).filter((field) => isNeeded(name, field));
      const values = needed.map((field) => [
        field.name,
        slotOf(operation, field.name) ? named(name, field) : plainValue(name, field.name, field.schema, canary),
      ]);
      expect(() => parseMessage(operation.input, Object.fromEntries(values))).not.toThrow();
    },
  );

  it('leave no id to chance: somebody knows what it names', () => {
    const unknown = derived.flatMap((operation) =>
      fieldsOf(operation)
        .filter(({ name, schema }) => schema.format === 'uuid' && isUnknown(operation, name))
        .map(({ name }) => `${operation.name}.${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it('carry the canary wherever text is free', () => {
    const word = plainValue('CreateApiKey', 'name', { type: 'string' }, canary);
    expect(word).toContain(canary.text);
    expect(plainValue('AddMember', 'email', { type: 'string', format: 'email' }, canary)).toContain(canary.text);
    expect(canary.word()).not.toBe(canary.word());
  });

  it('are the least of what a rule lists', () => {
    expect(plainValue('AddMember', 'role', { enum: ['owner', 'customer', null] }, canary)).toBe('customer');
  });
});
