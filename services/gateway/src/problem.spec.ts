import { Fault } from '@tenantry/kernel';
import { dialectOf, faultOf, printProblem } from './problem.js';

const documentOf = (error: unknown, dialect?: 'rows' | 'openai'): Record<string, unknown> =>
  JSON.parse(printProblem(faultOf(error), 'r-1', dialect).body) as Record<string, unknown>;

describe('problem', () => {
  it('names the reason, the fields and the request', () => {
    expect(documentOf(new Fault('invalid-input', { field: 'slug', detail: 'slug is too short' }))).toEqual({
      type: 'urn:tenantry:problem:invalid-input',
      title: 'One or more fields are not valid',
      status: 422,
      detail: 'slug is too short',
      code: 'invalid-input',
      requestId: 'r-1',
      errors: [{ field: 'slug', message: 'slug is too short' }],
    });
  });

  it('shows nothing of an unexpected error but the request id', () => {
    const document = documentOf(new TypeError("Cannot read 'password' of undefined"));
    expect(document).toMatchObject({ status: 500, code: 'internal', requestId: 'r-1', errors: [] });
    expect(JSON.stringify(document)).not.toMatch(/password|TypeError|at /);
  });

  it('prints an unknown resource and one of another tenant alike, byte for byte', () => {
    const unknown = new Fault('not-found');
    const foreign = new Fault('not-found', {
      detail: 'Belongs to clinic',
      field: 'tenantId',
      extra: { owner: 'clinic' },
    });
    expect(printProblem(foreign, 'r-1')).toEqual(printProblem(unknown, 'r-1'));
    expect(printProblem(foreign, 'r-1', 'rows')).toEqual(printProblem(unknown, 'r-1', 'rows'));
  });

  it('says when to come back where waiting helps', () => {
    expect(printProblem(new Fault('rate-limited', { retryAfterS: 3.2 }), 'r').headers['retry-after']).toBe('4');
    expect(printProblem(new Fault('unavailable'), 'r').headers['retry-after']).toBe('1');
    expect(printProblem(new Fault('conflict'), 'r').headers['retry-after']).toBeUndefined();
  });

  it('asks for a credential when none was good', () => {
    expect(printProblem(new Fault('unauthenticated'), 'r').headers['www-authenticate']).toMatch(/^Bearer/);
  });

  it('speaks OpenAI’s dialect on its addresses only', () => {
    expect(['/v1/chat/completions', '/v1/models?x', '/v1/models-x', '/v1/chat'].map(dialectOf)).toEqual([
      ...['openai', 'openai', 'plain', 'plain'],
    ]);
    const fault = new Fault('invalid-input', { field: 'model', detail: 'no such model' });
    expect(documentOf(fault, 'openai')).toMatchObject({
      code: 'invalid-input',
      error: { message: 'no such model', type: 'invalid_request_error', param: 'model', code: 'invalid-input' },
    });
    const errors = [
      { field: 'foo', message: 'is not a known field' },
      { field: 'n', message: 'must not be greater than 1' },
    ];
    expect(documentOf(new Fault('invalid-input', { errors }), 'openai')).toMatchObject({
      error: { message: 'foo is not a known field; n must not be greater than 1', param: 'foo' },
    });
    expect(documentOf(new TypeError('secret'), 'openai')).toMatchObject({
      error: { type: 'server_error', param: null },
    });
  });

  it('speaks the row API’s dialect on its addresses only, its codes before ours', () => {
    const taken = new Fault('unique-violation', { detail: 'Key exists', extra: { code: '23505', hint: 'use upsert' } });
    expect(dialectOf('/rest/v1/customers?select=*')).toBe('rows');
    expect(dialectOf('/v1/tenants')).toBe('plain');
    expect(documentOf(taken, 'rows')).toMatchObject({
      code: '23505',
      message: 'Key exists',
      details: null,
      hint: 'use upsert',
    });
    expect(documentOf(new Fault('conflict'))).not.toHaveProperty('message');
  });

  it.each([
    ['FST_ERR_CTP_BODY_TOO_LARGE', 413, 'body-too-large'],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 415, 'unsupported-media-type'],
    ['FST_ERR_SOMETHING_NEW', 400, 'malformed-request'],
    ['FST_ERR_SOMETHING_WORSE', 500, 'internal'],
    ['EWHATEVER', 400, 'internal'],
  ])('takes %s (%d) for %s', (code, statusCode, reason) => {
    expect(faultOf(Object.assign(new Error(), { code, statusCode })).reason).toBe(reason);
  });
});
