import ipaddr from 'ipaddr.js';
import type { FastifyRequest } from 'fastify';
import { plainAddress } from '../addresses.js';
import type { Incoming } from '../pipeline/exchange.js';

const NO_ADDRESS = '0.0.0.0';

/** What HTTP says about a request. Of proxies only the trusted ones are believed; Fastify has looked at that. */
export function incomingOf(request: FastifyRequest): Incoming {
  const { url, headers, method } = request;
  const questionMark = url.indexOf('?');
  return {
    clientIp: clientIpOf(request),
    host: request.hostname.toLowerCase(),
    headers,
    method,
    params: request.params as Record<string, string>,
    query: questionMark < 0 ? '' : url.slice(questionMark + 1),
  };
}

/** What a proxy writes may be no address at all; then the proxy's own counts. */
function clientIpOf({ ip, socket }: FastifyRequest): string {
  const claimed = ip as string | undefined;
  if (claimed !== undefined && ipaddr.isValid(claimed)) return plainAddress(claimed);
  return plainAddress(socket.remoteAddress ?? NO_ADDRESS);
}
