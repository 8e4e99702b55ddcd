import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet, { type HelmetOptions } from 'helmet';

/** An API answers with data: nothing in an answer may run, frame or be framed. */
const ANSWER = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  // What follows concerns pages or browsers long gone.
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
} as const satisfies HelmetOptions;

/**
 * The headers that tell a browser what an answer may do; a page of ours says what it may load. They do not depend on the
 * request, so they are worked out when the server starts and not for each answer.
 */
export function securityHeaders(
  page: Pick<HelmetOptions, 'contentSecurityPolicy' | 'crossOriginResourcePolicy'> = {},
): Readonly<Record<string, string>> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet({ ...ANSWER, ...page })(request, response, rethrow);
  return response.getHeaders() as Record<string, string>;
}

function rethrow(cause?: unknown): void {
  if (cause !== undefined) throw new Error('The security headers could not be worked out', { cause });
}
