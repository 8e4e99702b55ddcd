import { Fault } from '@tenantry/kernel';
import { checkSlug, slugProblem } from './slug.js';

function refusal(text: string): Fault {
  try {
    checkSlug(text);
  } catch (error) {
    return error as Fault;
  }
  throw new Error(`${text} was accepted`);
}

describe('a slug', () => {
  it.each(['abc', 'acme', 'acme-dental', '37signals', 'a-b-c', 'x'.repeat(40)])('may be %s', (text) => {
    expect(checkSlug(text)).toBe(text);
  });

  it.each([
    ['', 'too short'],
    ['ab', 'too short'],
    ['x'.repeat(41), 'too long'],
    ['Acme', 'upper case'],
    ['acme dental', 'a space'],
    ['acme_dental', 'an underscore'],
    ['-acme', 'a hyphen first'],
    ['acme-', 'a hyphen last'],
    ['acme--dental', 'two hyphens, as in an internationalized name'],
    ['xn--80ak6aa92e', 'punycode'],
    ['café', 'an accent'],
    ['аcme', 'a Cyrillic letter that looks Latin'],
    ['acme.dental', 'a dot'],
    ["acme'; drop table tenant", 'SQL'],
    ['12345', 'only digits'],
    ['01234567-89ab-7def-8123-456789abcdef', 'an id'],
    ['acme\n', 'a line break'],
  ])('may not be %j (%s), and the refusal names the field', (text) => {
    const fault = refusal(text);
    expect(fault.reason).toBe('invalid-input');
    expect(fault.errors).toEqual([{ field: 'slug', message: slugProblem(text) }]);
  });

  it.each(['www', 'api', 'admin', 'tenantry', 'postmaster', 'no-reply'])('may not be %s, which is reserved', (text) => {
    const fault = refusal(text);
    expect(fault.reason).toBe('slug-reserved');
    expect(fault.errors[0]?.field).toBe('slug');
  });
});
