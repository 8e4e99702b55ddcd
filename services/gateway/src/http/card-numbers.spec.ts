import { createPayment, Reply } from '@tenantry/contracts';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

describe('a payment with a card number in it', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  beforeAll(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('shop');
    gateway.services.answer(createPayment, () => new Reply({}));
  });
  afterAll(() => gateway.close());

  const valid = {
    reference: 'r-1',
    amount: '10.00',
    currency: 'USD',
    paymentMethodId: 'pm_1',
    returnUrl: 'https://a.example/',
  };
  const send = (payload: string) => {
    const headers = { ...bearer(a.owner.token), 'content-type': 'application/json' };
    return gateway.http.inject({ method: 'POST', url: '/v1/payments', headers, payload });
  };

  it('is taken without one', async () => {
    expect((await send(JSON.stringify(valid))).statusCode).toBe(201);
    expect(gateway.services.lastCall.input).toEqual(valid);
  });

  it('is taken with digits of an id that pass for a card’s', async () => {
    const reference = '01a203ea-94fc-7a7e-9424-424242424241';
    expect((await send(JSON.stringify({ ...valid, reference }))).statusCode).toBe(201);
  });

  it.each([
    ['as a value', { paymentMethodId: '4242424242424242' }],
    ['in groups', { reference: '4242 4242 4242 4242' }],
    ['with hyphens', { card: { number: '3782-822463-10005' } }],
    ['as a number', { card: 5555555555554444 }],
    ['as a name', { '4000056655665556': true }],
    ['inside text', { note: 'card6011111111111117now' }],
  ])('is refused %s, and the number is neither passed on, answered nor logged', async (_how, more) => {
    const before = gateway.services.calls.length;
    const answer = await send(JSON.stringify({ ...valid, ...more }));
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([422, 'card-number-refused']);
    expect(gateway.services.calls).toHaveLength(before);
    const digits = /\d{13,}|4242 4242|3782-8224/;
    expect(answer.body).not.toMatch(digits);
    expect(JSON.stringify(gateway.log)).not.toMatch(
      /4242424242424242|4242 4242|3782-8224|5555555555554444|4000056655665556|6011111111111117/,
    );
  });

  it('is refused when its digits are escaped', async () => {
    const escaped = [...'4242424242424242'].map((digit) => `\\u00${digit.charCodeAt(0).toString(16)}`).join('');
    expect((await send(`{"reference":"${escaped}"}`)).statusCode).toBe(422);
    expect((await send(`{"reference":"${escaped}"}`)).json<{ code: string }>().code).toBe('card-number-refused');
  });
});
