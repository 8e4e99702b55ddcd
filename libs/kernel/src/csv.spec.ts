import fc from 'fast-check';
import { csvLine, guardFormula, unguardFormula } from './csv.js';

describe('A line of CSV', () => {
  it('quotes what would end a cell, a line or a quote', () => {
    expect(csvLine(['a,b', 'c"d', 'e\r\nf', 'plain', 1n, true, null, undefined])).toBe(
      '"a,b","c""d","e\r\nf",plain,1,true,,\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '＝1+1'])('lets no spreadsheet run %j', (formula) => {
    expect(csvLine([formula]).replaceAll('"', '')).toBe(`'${formula}\r\n`);
  });

  it('leaves texts alone that only contain such marks', () => {
    expect(csvLine(['a=b', 'role-changed', '1.50'])).toBe('a=b,role-changed,1.50\r\n');
  });
});

describe('A guarded text', () => {
  const formulas = fc.constantFrom('=1+1', "'=1", "''-x", '\t', " '=1", "'", "'a", '-1', '＠x');

  it('is run by no spreadsheet, and is what it was once the guard is gone', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), formulas), (text) => {
        const guarded = guardFormula(text);
        expect(guarded).not.toMatch(/^\s*[=+\-@]/);
        expect(unguardFormula(guarded)).toBe(text);
      }),
    );
  });
});
