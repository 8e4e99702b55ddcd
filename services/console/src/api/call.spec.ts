import { addressOf } from './call.js';

describe('The address of a call', () => {
  it('takes what its path names out of the input and sends the rest', () => {
    expect(addressOf('/v1/holds/{holdId}/release', 'POST', { holdId: 'a', reason: 'b' })).toEqual({
      url: '/v1/holds/a/release',
      rest: { reason: 'b' },
    });
  });

  it('spells what could be mistaken for a part of it', () => {
    expect(addressOf('/v1/forms/{tenant}', 'GET', { tenant: '../x?y#z' }).url).toBe('/v1/forms/..%2Fx%3Fy%23z');
  });

  it('asks for nothing that was left open', () => {
    const input = { open: false, type: '', cursor: undefined, assigneeId: null, limit: 5 };
    expect(addressOf('/v1/list', 'GET', input)).toEqual({ url: '/v1/list?open=false&limit=5', rest: null });
  });
});
