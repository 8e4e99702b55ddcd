import { receiveStripeEvent, Reply } from '@tenantry/contracts';
import { TestGateway } from '../testing/test-gateway.fixture.js';

describe('a webhook', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await TestGateway.start();
    gateway.services.answer(receiveStripeEvent, () => new Reply({ stripeId: 'evt_1', duplicate: false }));
  });
  afterAll(() => gateway.close());

  const send = (payload: string | Buffer, headers: Record<string, string> = { 'stripe-signature': 't=1,v1=00' }) =>
    gateway.http.inject({ method: 'POST', url: '/v1/webhooks/stripe', headers, payload });

  it('needs no credential, and its body goes on byte by byte as it came', async () => {
    const bytes = Buffer.from('{ "a":1,\n"a":2, "ü":"\\u00fc" }\n\xff', 'latin1');
    expect(
      (await send(bytes, { 'stripe-signature': 't=1,v1=00', 'content-type': 'application/json' })).statusCode,
    ).toBe(200);
    const { input } = gateway.services.lastCall;
    expect(input).toMatchObject({ signature: 't=1,v1=00' });
    expect(Buffer.from((input as { body: string }).body, 'base64').equals(bytes)).toBe(true);
  });

  it.each([
    ['no signature', '{}', {}, 400, 'signature-refused'],
    ['no body', '', undefined, 400, 'malformed-request'],
    ['too much', 'x'.repeat(262_145), undefined, 413, 'body-too-large'],
    [
      'something compressed',
      '{}',
      { 'stripe-signature': 'x', 'content-encoding': 'gzip' },
      415,
      'unsupported-media-type',
    ],
  ])('is refused with %s before any service is asked', async (_what, payload, headers, status, code) => {
    const before = gateway.services.calls.length;
    const answer = await send(payload, headers);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    expect(gateway.services.calls).toHaveLength(before);
  });
});
