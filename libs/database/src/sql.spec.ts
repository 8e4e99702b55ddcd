import { identifier, join, sql } from './sql.js';

describe('sql', () => {
  it('keeps values apart from text, through nested fragments and lists', () => {
    const filter = sql`name = ${'x'} and n in (${join([1, 2])})`;
    const statement = sql`select ${identifier('a"b', 'c')} from t where ${filter} and id = ${'y'}`;
    expect(statement.text).toBe('select "a""b"."c" from t where name = $1 and n in ($2,$3) and id = $4');
    expect(statement.values).toEqual(['x', 1, 2, 'y']);
  });

  it.each(['', 'a\0b', 'x'.repeat(64), 'ü'.repeat(32)])('refuses a name that Postgres would not keep: %j', (name) => {
    expect(() => identifier(name)).toThrow(TypeError);
  });
});
