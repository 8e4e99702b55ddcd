import { Fault } from '@tenantry/kernel';
import { importTools } from './openapi.js';

const OK = { responses: { 200: { description: 'ok' } } };
const documentOf = (paths: object, more: object = {}): Record<string, unknown> => ({
  openapi: '3.1.0',
  paths,
  ...more,
});
const read = (document: Record<string, unknown>, more: object = {}) =>
  importTools({ api: 'orders', document, operations: [], tenantParameters: [], ...more });
const problemsOf = (document: Record<string, unknown>, more: object = {}): string[] => {
  try {
    read(document, more);
    return [];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(error.reason).toBe('invalid-input');
    return error.errors.map(({ field }) => field);
  }
};
const body = (schema: unknown) => ({ requestBody: { required: true, content: { 'application/json': { schema } } } });

describe('An OpenAPI document', () => {
  it('becomes tools: parameters by name, the body as one argument, references followed', () => {
    const components = {
      schemas: {
        Line: {
          type: 'object',
          required: ['sku'],
          properties: { sku: { type: 'string' }, note: { type: 'string', nullable: true } },
        },
      },
      parameters: {
        Id: {
          name: 'orderId',
          in: 'path',
          required: true,
          schema: { type: 'string', format: 'uuid' },
          description: 'The order',
        },
      },
    };
    const document = documentOf(
      {
        '/orders/{orderId}/lines': {
          parameters: [{ $ref: '#/components/parameters/Id' }],
          post: {
            operationId: 'addOrderLines',
            summary: 'Adds lines',
            ...body({ type: 'array', items: { $ref: '#/components/schemas/Line' } }),
            ...OK,
          },
        },
        '/orders': { get: { parameters: [{ name: 'status', in: 'query', schema: { enum: ['open'] } }], ...OK } },
      },
      { openapi: '3.0.3', components },
    );
    expect(read(document)).toEqual([
      {
        ...{
          name: 'orders__add_order_lines',
          description: 'Adds lines',
          method: 'POST',
          path: '/orders/{orderId}/lines',
        },
        ...{ parameters: [{ name: 'orderId', in: 'path', isTenant: false }], hasBody: true, tenantFields: [] },
        inputSchema: {
          type: 'object',
          properties: {
            orderId: { type: 'string', format: 'uuid', description: 'The order' },
            body: {
              type: 'array',
              items: {
                ...components.schemas.Line,
                properties: { sku: { type: 'string' }, note: { type: ['string', 'null'] } },
              },
            },
          },
          required: ['orderId', 'body'],
          additionalProperties: false,
        },
      },
      expect.objectContaining({ name: 'orders__get_orders', method: 'GET', hasBody: false }),
    ]);
  });

  it('shows a model nothing that names a tenant, wherever the document has it', () => {
    const document = documentOf({
      '/companies/{company_id}/orders': {
        post: {
          operationId: 'add',
          parameters: [
            { name: 'company_id', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'X-Account', in: 'header', required: true, schema: { type: 'string' } },
          ],
          ...body({
            type: 'object',
            properties: { tenantId: { type: 'string' }, sku: { type: 'string' } },
            required: ['tenantId', 'sku'],
          }),
        },
      },
    });
    const [tool] = read(document, { tenantParameters: ['X-Account'] });
    expect(JSON.stringify(tool!.inputSchema)).not.toMatch(/tenant|company|account/i);
    expect(tool).toMatchObject({
      tenantFields: ['tenantId'],
      inputSchema: { properties: { body: { required: ['sku'] } }, required: ['body'] },
    });
  });

  it.each<[string, object, string]>([
    ['of no known version', { openapi: '2.0', paths: {} }, 'api.document.openapi'],
    ['without paths', { openapi: '3.1.0' }, 'api.document.paths'],
    ['with nothing to call', documentOf({ '/x': {} }), 'api.document.paths'],
    ['with a path that is none', documentOf({ x: { get: OK } }), 'api.document.paths.x'],
    ['with a path that climbs', documentOf({ '/../admin': { get: OK } }), 'api.document.paths./../admin.get'],
    ['with a path that hides a query', documentOf({ '/x?admin=1': { get: OK } }), 'api.document.paths./x?admin=1.get'],
    ['with an operation that is none', documentOf({ '/x': { get: 'list' } }), 'api.document.paths./x.get'],
    ['without the parameter of a path', documentOf({ '/x/{id}': { get: OK } }), 'api.document.paths./x/{id}.get'],
    [
      'with a parameter nowhere',
      documentOf({ '/x': { get: { parameters: [{ name: 'a', in: 'moon' }] } } }),
      'api.document.paths./x.get.parameters[0].in',
    ],
    [
      'with parameters that are no list',
      documentOf({ '/x': { get: { parameters: {} } } }),
      'api.document.paths./x.get.parameters',
    ],
    [
      'with a schema that is none',
      documentOf({ '/x': { get: { parameters: [{ name: 'a', in: 'query', schema: { type: 'text' } }] } } }),
      'api.document.paths./x.get.parameters[0].schema.type',
    ],
    [
      'with an object in an address',
      documentOf({ '/x': { get: { parameters: [{ name: 'a', in: 'query', schema: { type: 'object' } }] } } }),
      'api.document.paths./x.get.parameters[0].schema',
    ],
    [
      'with a cookie that must be sent',
      documentOf({ '/x': { get: { parameters: [{ name: 'a', in: 'cookie', required: true, schema: {} }] } } }),
      'api.document.paths./x.get.parameters[0]',
    ],
    [
      'with a body that is no JSON',
      documentOf({ '/x': { post: { requestBody: { content: { 'text/csv': {} } } } } }),
      'api.document.paths./x.post.requestBody.content',
    ],
    [
      'that refers to nothing',
      documentOf({ '/x': { post: body({ $ref: '#/components/schemas/A' }) } }),
      'api.document.paths./x.post.requestBody.content.application/json.schema.$ref',
    ],
    [
      'that refers to elsewhere',
      documentOf({ '/x': { post: body({ $ref: 'https://evil.example/a' }) } }),
      'api.document.paths./x.post.requestBody.content.application/json.schema.$ref',
    ],
    [
      'with a tenant deep in a body',
      documentOf({ '/x': { post: body({ type: 'object', properties: { a: { properties: { tenantId: {} } } } }) } }),
      'api.document.paths./x.post.requestBody.content.application/json.schema.properties.a.properties.tenantId',
    ],
    [
      'with two tools of one name',
      documentOf({ '/a': { get: { operationId: 'x-y' } }, '/b': { get: { operationId: 'x_y' } } }),
      'api.document.paths./b.get.operationId',
    ],
  ])('%s is refused with the place', (_, document, place) => {
    expect(problemsOf(document as Record<string, unknown>)).toEqual([place]);
  });

  it('tells all that is wrong at once, twenty things at most', () => {
    const paths = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`/x${index}`, { get: { parameters: {} } }]),
    );
    expect(problemsOf(documentOf(paths))).toHaveLength(20);
  });

  it('may have what can’t be a tool, when the operations that shall be are named', () => {
    const document = documentOf({
      '/a': { get: { operationId: 'a' } },
      '/b': { post: { operationId: 'b', requestBody: { content: { 'text/csv': {} } } } },
    });
    expect(read(document, { operations: ['a'] }).map(({ name }) => name)).toEqual(['orders__a']);
    expect(problemsOf(document, { operations: ['a', 'c'] })).toEqual(['api.operations[1]']);
  });

  it('cannot grow without bounds by what it refers to', () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `A${index}`,
        {
          type: 'object',
          properties: {
            l: { $ref: `#/components/schemas/A${index + 1}` },
            r: { $ref: `#/components/schemas/A${index + 1}` },
          },
        },
      ]),
    );
    const bomb = documentOf(
      { '/x': { post: body({ $ref: '#/components/schemas/A0' }) } },
      { components: { schemas: { ...schemas, A30: {} } } },
    );
    expect(problemsOf(bomb)[0]).toContain('api.document.paths./x.post.requestBody');
    const circle = documentOf(
      { '/x': { post: body({ $ref: '#/components/schemas/A' }) } },
      { components: { schemas: { A: { items: { $ref: '#/components/schemas/A' } } } } },
    );
    expect(problemsOf(circle)).toHaveLength(1);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`/x${index}`, { get: OK }]));
    expect(problemsOf(documentOf(many))).toEqual(['api.document.paths']);
  });
});
