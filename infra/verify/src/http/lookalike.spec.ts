import { faceOf, firstDifference } from './lookalike.js';

describe('two answers about nothing', () => {
  const answer = (text: string, headers: Record<string, string> = {}, status = 404) => ({ status, headers, text });

  it('are the same but for ids, the request, the time and the limits', () => {
    const one = answer('{"id":"aaa","requestId":"1"}', { date: 'now', 'tenantry-request-id': '1', ratelimit: 'r=1' });
    const other = answer('{"id":"bbb","requestId":"2"}', {
      date: 'then',
      'tenantry-request-id': '2',
      ratelimit: 'r=2',
    });
    expect(faceOf(one, { id: 'aaa' })).toBe(faceOf(other, { id: 'bbb' }));
  });

  it.each([
    ['status', answer('{}', {}, 403)],
    ['body', answer('{"hint":"it is there"}')],
    ['headers', answer('{}', { etag: '"1"' })],
  ])('differ in their %s', (_, other) => {
    const [seen, expected] = [faceOf(other, {}), faceOf(answer('{}'), {})];
    expect(seen).not.toBe(expected);
    expect(firstDifference(seen, expected)).toContain('≠');
  });
});
