/** The host of an API that is described and never called. */
export const TOOL_HOST = 'orders.example.com';

/** An API whose one operation may become a tool. */
export const TOOL_API = {
  baseUrl: `https://${TOOL_HOST}/v1`,
  document: { openapi: '3.1.0', paths: { '/orders': { get: { operationId: 'listOrders' } } } },
  credential: { kind: 'none' },
};
