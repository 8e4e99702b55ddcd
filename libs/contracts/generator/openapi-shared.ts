import type { ModelOperation } from './model.js';

const problem = (description: string, headers: Record<string, unknown> = {}) => ({
  description,
  ...(Object.keys(headers).length ? { headers } : {}),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
const retryAfter = { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } };

/** The parts of the document that no proto declares. */
export const shared = {
  securitySchemes: {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      description: 'An access token from signing in, or an API key such as `sk_live_…`.',
    },
    apiKey: { type: 'apiKey', in: 'header', name: 'apikey', description: 'An API key.' },
  },
  parameters: {
    Tenant: {
      name: 'Tenantry-Tenant',
      in: 'header',
      required: false,
      description:
        'Slug or id of the tenant, for a person who belongs to several. It selects among what the credential allows.',
      schema: { type: 'string' },
    },
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'Makes a repeated request safe for 24 hours: the same key with the same body gets the same answer.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
  },
  responses: {
    Malformed: problem('The request could not be read.'),
    Unauthenticated: problem('No credential, or none that is valid.'),
    Forbidden: problem('The caller may not do this.'),
    NotFound: problem('There is nothing here, or it is not yours.'),
    Conflict: problem('The resource is not in a state that allows this.'),
    TooLarge: problem('The request body is larger than this operation accepts.'),
    Invalid: problem('One or more fields are not valid; `errors` names each.'),
    Suspended: problem('The tenant is suspended.'),
    RateLimited: problem('Too many requests.', retryAfter),
    Unavailable: problem('Not available right now.', retryAfter),
  },
  schemas: {
    Problem: {
      type: 'object',
      description: 'An RFC 9457 problem.',
      required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
      properties: {
        type: { type: 'string', format: 'uri-reference' },
        title: { type: 'string', description: 'What the code means.' },
        status: { type: 'integer' },
        detail: { type: 'string', description: 'What was wrong with this request, and what to do.' },
        code: { type: 'string', description: 'Stable; branch on it.' },
        requestId: { type: 'string' },
        errors: {
          type: 'array',
          items: {
            type: 'object',
            required: ['field', 'message'],
            properties: {
              field: { type: 'string', description: 'A path such as `columns[2].name`.' },
              message: { type: 'string' },
            },
          },
        },
      },
    },
  },
} as const;

/** The problems that an operation may answer, by status. */
export function problemResponses({ http, scope, whenSuspended }: ModelOperation): Record<string, { $ref: string }> {
  const writes = http!.method !== 'GET';
  const names: Record<string, string | false> = {
    400: 'Malformed',
    401: scope !== 'public' && 'Unauthenticated',
    403: scope !== 'public' && 'Forbidden',
    404: 'NotFound',
    409: writes && 'Conflict',
    413: writes && 'TooLarge',
    422: 'Invalid',
    423: scope !== 'public' && scope !== 'platform' && !whenSuspended && 'Suspended',
    429: 'RateLimited',
    503: 'Unavailable',
  };
  const given = Object.entries(names).filter(([, name]) => name);
  return Object.fromEntries(
    given.map(([status, name]) => [status, { $ref: `#/components/responses/${name as string}` }]),
  );
}
