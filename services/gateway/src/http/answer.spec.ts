import { getInvoiceDocument, Reply } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

describe('a page that a service prints', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  beforeAll(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
  });
  afterAll(() => gateway.close());

  const policyOf = async (said: string): Promise<unknown> => {
    const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': said };
    gateway.services.answer(getInvoiceDocument, () => new Reply(Buffer.from('<p>'), { headers }));
    const url = `/v1/invoices/${newId()}/document`;
    const answer = await gateway.http.inject({ method: 'GET', url, headers: bearer(a.owner.token) });
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
      200,
      'text/html; charset=utf-8',
      '<p>',
    ]);
    return answer.headers['content-security-policy'];
  };
  const hash = `sha256-${'a'.repeat(43)}=`;
  const rest = "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

  it('may name its own style, and loosens nothing else of the policy', async () => {
    const own = `default-src 'none'; style-src '${hash}'; ${rest}`;
    expect(await policyOf(own)).toBe(own);
    for (const loose of [
      `default-src 'self'; style-src '${hash}'; ${rest}`,
      `default-src 'none'; style-src 'unsafe-inline'; ${rest}`,
      `default-src 'none'; style-src '${hash}'; script-src '${hash}'; ${rest}`,
      `${own}; script-src *`,
      'default-src *',
    ])
      expect(await policyOf(loose)).toBe("default-src 'none';frame-ancestors 'none'");
  });
});
