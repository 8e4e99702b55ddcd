import { normaliseEmail } from './email.js';

describe('normaliseEmail', () => {
  it('gives every spelling of an address the same form', () => {
    for (const spelling of ['ada@example.com', ' Ada@Example.COM ', 'ADA@EXAMPLE.COM\n']) {
      expect(normaliseEmail(spelling)).toBe('ada@example.com');
    }
    expect(normaliseEmail('zoe\u0308@example.com')).toBe(normaliseEmail('zo\u00eb@example.com'));
  });
});
