import { recordUsage, trackUsage, type Operation } from '@tenantry/contracts';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

interface Problem {
  readonly status: number;
  readonly errors: readonly { readonly field: string }[];
}

const ONE = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
const event = {
  ...{ specversion: '1.0', id: '1', source: '/inference', type: 'tokens.used' },
  ...{ subject: 'ada', time: '2026-05-31T19:00:00+02:00', datacontenttype: 'application/json' },
  data: { tokens: 12.5, model: 'm' },
};

describe('CloudEvents', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  beforeAll(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
    for (const operation of [recordUsage, trackUsage] as Operation[]) gateway.services.answer(operation, () => ({}));
  });
  afterAll(() => gateway.close());

  const post = (body: unknown, type: string, more: Record<string, string> = {}, url = '/v1/usage') =>
    gateway.http.inject({
      method: 'POST',
      url,
      headers: { ...bearer(a.owner.token), ...(type === '' ? {} : { 'content-type': type }), ...more },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const received = async (answer: ReturnType<typeof post>): Promise<unknown> => {
    expect((await answer).statusCode).toBe(200);
    return gateway.services.lastCall.input;
  };

  it.each<[string, unknown, string]>([
    ['one in its own type', event, ONE],
    ['one in its own type and charset', event, `${ONE}; charset=UTF-8`],
    ['one in plain JSON', event, 'application/json'],
    ['a batch of one', [event], BATCH],
    ['a list in plain JSON', [event], 'application/json'],
  ])('are taken as they come: %s', async (_how, body, type) => {
    expect(await received(post(body, type))).toEqual({ cloudEvents: [event] });
  });

  it('are taken with attributes in headers and the data as body, quoted and percent-encoded or not', async () => {
    const headers = {
      ...{ 'ce-specversion': '1.0', 'ce-id': '"a \\"1\\""', 'ce-source': '/k%C3%BCche', 'ce-type': 'tokens.used' },
      ...{ 'ce-time': '2026-05-31T19:00:00Z', 'ce-subject': 'ada', 'ce-traceparent': '00-x-y-01' },
    };
    const attributes = { specversion: '1.0', id: 'a "1"', source: '/küche', type: 'tokens.used', subject: 'ada' };
    const said = { ...attributes, time: '2026-05-31T19:00:00Z' };
    expect(await received(post(event.data, 'application/json', headers))).toEqual({
      cloudEvents: [{ ...said, data: event.data }],
    });
    expect(await received(post('', '', headers))).toEqual({ cloudEvents: [said] });
  });

  it('lose the extension attributes that nobody here knows, and keep those that are declared', async () => {
    const extended = { ...event, traceparent: '00-x-y-01', sequence: 7, partitionkey: null, corrects: '0' };
    expect(await received(post([extended], BATCH))).toEqual({ cloudEvents: [{ ...event, corrects: '0' }] });
  });

  it('leave other input of the operation as it is', async () => {
    const events = [{ id: '1', meter: 'tokens', value: 1 }];
    expect(await received(post({ events }, 'application/json'))).toEqual({ events });
  });

  it.each<[string, unknown, string, number, string]>([
    ['another version', { ...event, specversion: '0.3' }, ONE, 422, 'cloudEvents[0].specversion'],
    ['no version', { ...event, specversion: undefined }, ONE, 422, 'cloudEvents[0].specversion'],
    ['no source, in the second', [event, { ...event, source: undefined }], BATCH, 422, 'cloudEvents[1].source'],
    ['an empty id', { ...event, id: '' }, ONE, 422, 'cloudEvents[0].id'],
    ['a number for an id', { ...event, id: 1 }, ONE, 422, 'cloudEvents[0].id'],
    ['a control character', { ...event, source: 'a\u001fb' }, ONE, 422, 'cloudEvents[0].source'],
    ['no time', { ...event, time: 'now' }, ONE, 422, 'cloudEvents[0].time'],
    ['data that are no object', { ...event, data: [1] }, ONE, 422, 'cloudEvents[0].data'],
    ['data of another type', { ...event, datacontenttype: 'text/xml' }, ONE, 422, 'cloudEvents[0].datacontenttype'],
    ['binary data', { ...event, data: undefined, data_base64: 'AA==' }, ONE, 422, 'cloudEvents[0].data_base64'],
    ['a misspelled attribute', { ...event, userId: 'ada' }, ONE, 422, 'cloudEvents[0].userId'],
    ['a prototype', `{"specversion":"1.0","__proto__":{"id":"1"}}`, ONE, 400, '__proto__'],
    ['no event', ['x'], BATCH, 422, 'cloudEvents[0]'],
    ['a word', '"x"', ONE, 422, 'cloudEvents[0]'],
    ['too many', Array.from({ length: 1_001 }, () => event), BATCH, 422, 'cloudEvents'],
  ])('are refused with %s, naming it', async (_what, body, type, status, field) => {
    const before = gateway.services.calls.length;
    const problem = (await post(body, type)).json<Problem>();
    expect([problem.status, problem.errors[0]!.field]).toEqual([status, field]);
    expect(gateway.services.calls).toHaveLength(before);
  });

  it('are refused with a header that is not percent-encoded, naming it', async () => {
    const answer = await post('{}', 'application/json', { 'ce-specversion': '1.0', 'ce-id': '%zz' });
    expect(answer.json<Problem>()).toMatchObject({ status: 422, errors: [{ field: 'ce-id' }] });
    const hostile = await post('{}', 'application/json', { 'ce-specversion': '1.0', 'ce-__proto__': 'x' });
    expect(hostile.json<Problem>().errors.map(({ field }) => field)).toContain('cloudEvents[0].__proto__');
  });

  it('are nothing to an operation that takes none', async () => {
    const answer = await post([event], BATCH, {}, '/v1/usage/track');
    expect([answer.statusCode, answer.json<Problem>().errors[0]!.field]).toEqual([422, 'body']);
  });
});
