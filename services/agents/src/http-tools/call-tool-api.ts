import { Injectable } from '@nestjs/common';
import type { CallAgentToolResponse } from '@tenantry/contracts';
import { Vault } from '@tenantry/database';
import { Clock, Fault, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { OutboundError, OutboundHttp, type OutboundResponse } from '@tenantry/service';
import { MAX_RESULT_BYTES } from '../tools/tool-result.js';
import type { HttpRequest } from './http-tool.js';
import { secretPlace } from './tool-api.table.js';
import type { ApiTool } from './tool-apis.js';

/** What is read of an answer at most; more is a failure rather than half a document of a stranger's choosing. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Calls the APIs of tools: through the one way out, with a credential that nobody before has seen. */
@Injectable()
export class CallToolApi {
  constructor(
    private readonly outbound: OutboundHttp,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /**
   * The answer, whatever its status, as data for the model. A redirect is an answer, too: it is followed nowhere.
   * @throws Fault `tool-unavailable` when there is none, `agent-refused` for an address that nothing may reach
   */
  async call(
    { tool, api, ownerId }: ApiTool,
    request: HttpRequest,
    ctx: TenantContext,
  ): Promise<CallAgentToolResponse> {
    const credential = await this.credentialOf({ api, ownerId });
    const about = ownerId === PLATFORM_TENANT_ID ? whoCalls(ctx) : {};
    const leftMs = (ctx.request.deadlineAtMs ?? Number.POSITIVE_INFINITY) - this.clock.now().getTime();
    const timeoutMs = Math.max(1, Math.min(api.timeoutMs, leftMs));
    const sending = this.outbound.request(request.url, {
      ...{ method: request.method, headers: { ...request.headers, ...about, ...credential }, maxRedirects: 0 },
      ...{ maxBytes: MAX_ANSWER_BYTES, timeoutMs },
      ...(request.body === null ? {} : { body: request.body }),
      ...(ctx.signal ? { signal: ctx.signal } : {}),
    });
    const answer = await sending.catch((error: unknown) => {
      throw error instanceof OutboundError ? faultOf(error, timeoutMs) : error;
    });
    return resultOf(tool.name, answer);
  }

  private async credentialOf({ api, ownerId }: Pick<ApiTool, 'api' | 'ownerId'>): Promise<Record<string, string>> {
    if (api.secret === null) return {};
    const secret = await this.vault.open(ownerId, secretPlace(api.name), api.secret);
    return api.credential === 'bearer' ? { authorization: `Bearer ${secret}` } : { [api.credentialHeader!]: secret };
  }
}

/** What the platform's own APIs are told: for whom they work. */
function whoCalls({ tenantId, actor, onBehalfOf }: TenantContext): Record<string, string> {
  const about = { 'tenantry-tenant': tenantId, 'tenantry-agent': actor.id };
  return onBehalfOf === null ? about : { ...about, 'tenantry-on-behalf-of': onBehalfOf };
}

function faultOf(error: OutboundError, timeoutMs: number): Fault {
  const refuse = (detail: string): Fault => new Fault('tool-unavailable', { detail, cause: error });
  switch (error.reason) {
    case 'address-refused':
      return new Fault('agent-refused', {
        detail: 'The API of this tool is at an address that may not be reached',
        cause: error,
      });
    case 'cancelled':
      return new Fault('cancelled', { cause: error });
    case 'timeout':
      return refuse(`The API of this tool did not answer within ${timeoutMs} ms`);
    case 'too-large':
      return refuse(`The API of this tool answered with more than ${MAX_ANSWER_BYTES} bytes; ask for less`);
    default:
      return refuse('The API of this tool could not be reached');
  }
}

/** Status and body: JSON where it is JSON, text where it is text, nothing where it is neither. */
function resultOf(tool: string, { status, body }: OutboundResponse): CallAgentToolResponse {
  const truncated = body.length > MAX_RESULT_BYTES;
  const text = textOf(truncated ? body.subarray(0, MAX_RESULT_BYTES) : body, truncated);
  return { tool, result: { status, body: truncated ? text : (jsonOf(text) ?? text) }, truncated, untrusted: true };
}

function textOf(bytes: Uint8Array, isCut: boolean): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return null; // no text: an image, an archive
  }
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null || text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return null; // no JSON: the text is the answer
  }
}
