import { randomBytes } from 'node:crypto';
import { isUuid, newId } from '@tenantry/kernel';
import { randomIds } from './form.js';

describe('Ids that nobody has', () => {
  const random = (value: unknown): unknown => randomIds({ value }).value;

  it.each([
    ['refresh token', `tnr_${randomBytes(32).toString('base64url')}`, /^tnr_[A-Za-z0-9_-]{43}$/],
    ['agent’s token', `at_live_${randomBytes(32).toString('base64url')}`, /^at_live_[A-Za-z0-9_-]{43}$/],
    ['name', 'track_lists', /^cn[0-9a-f]{9}$/],
    ['address', 'ada@chinook.example', /^cn.@verify\.example$/],
  ])('have the form of a %s', (_, value, form) => {
    expect(random(value)).toMatch(form);
    expect(random(value)).not.toBe(value);
  });

  it('are ids where an id was, in lists and in things, too', () => {
    const { one, many } = randomIds({ one: newId(), many: [{ id: newId() }] }) as {
      one: string;
      many: { id: string }[];
    };
    expect([one, many[0]!.id].every(isUuid)).toBe(true);
  });
});
