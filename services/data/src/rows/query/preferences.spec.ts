import { checkProfile, parseAccept, parsePreferences, parseRange } from './preferences.js';

describe('Prefer', () => {
  it('is read as supabase clients write it', () => {
    expect(
      parsePreferences('return=representation,count=exact, resolution=merge-duplicates,missing=default'),
    ).toMatchObject({
      returns: 'representation',
      count: true,
      resolution: 'merge',
      missingDefault: true,
      maxAffected: null,
    });
  });

  it('counts exactly when an estimate is asked for, and says so', () => {
    expect(parsePreferences('count=estimated')).toMatchObject({ count: true, applied: ['count=exact'] });
  });

  it('ignores what it does not know, unless it is to be strict', () => {
    expect(parsePreferences('tx=rollback, return=nothing')).toMatchObject({ returns: 'minimal', applied: [] });
    expect(() => parsePreferences('handling=strict, tx=rollback')).toThrow(
      expect.objectContaining({ reason: 'malformed-request' }),
    );
  });

  it('limits a change only when it is strict', () => {
    expect(parsePreferences('max-affected=3').maxAffected).toBeNull();
    expect(parsePreferences('handling=strict,max-affected=3').maxAffected).toBe(3);
  });
});

describe('Range', () => {
  it('is rows by number', () => {
    expect(parseRange('0-24')).toEqual({ offset: 0, limit: 25 });
    expect(parseRange('10-')).toEqual({ offset: 10, limit: null });
    expect(parseRange('')).toBeNull();
    expect(parseRange('bytes=0-5')).toBeNull();
    expect(() => parseRange('5-1')).toThrow(expect.objectContaining({ reason: 'malformed-request' }));
  });
});

describe('Accept', () => {
  it('takes the first format that there is', () => {
    expect(parseAccept('')).toEqual({ type: 'array', stripNulls: false });
    expect(parseAccept('text/html, */*;q=0.1')).toEqual({ type: 'array', stripNulls: false });
    expect(parseAccept('application/vnd.pgrst.object+json;nulls=stripped')).toEqual({
      type: 'object',
      stripNulls: true,
    });
    expect(parseAccept('text/csv')).toMatchObject({ type: 'csv' });
    expect(() => parseAccept('application/xml')).toThrow(expect.objectContaining({ reason: 'query-not-supported' }));
  });
});

describe('the profile', () => {
  it('can only be public', () => {
    expect(() => checkProfile('')).not.toThrow();
    expect(() => checkProfile('public')).not.toThrow();
    expect(() => checkProfile('t_other')).toThrow(expect.objectContaining({ reason: 'query-not-supported' }));
  });
});
