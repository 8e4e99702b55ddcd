import { assertReadable, contrastWithWhite, PLAIN } from './brand.js';

describe('A form’s colour', () => {
  it('has the contrast that WCAG defines', () => {
    expect(contrastWithWhite('#000000')).toBeCloseTo(21, 5);
    expect(contrastWithWhite('#ffffff')).toBeCloseTo(1, 5);
    expect(contrastWithWhite('#777777')).toBeCloseTo(4.48, 2);
    expect(contrastWithWhite('#1d4ed8')).toBeCloseTo(6.7, 1);
  });

  it('is refused when white text on it can not be read', () => {
    expect(() => assertReadable({ ...PLAIN, accentColor: '#777777' })).toThrow('#777777');
    expect(() => assertReadable({ ...PLAIN, accentColor: '#767676' })).not.toThrow();
    expect(() => assertReadable(PLAIN)).not.toThrow();
  });
});
