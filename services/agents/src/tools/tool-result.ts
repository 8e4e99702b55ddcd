import type { CallAgentToolResponse } from '@tenantry/contracts';
import { fromFaultMessage } from '@tenantry/kernel';
import type { RawReply } from '@tenantry/messaging';

/** More than that no model is shown of one result. */
export const MAX_RESULT_BYTES = 64 * 1024;

/** What a service answered, as a model may see it: not too long, and marked as data. @throws the service's Fault */
export function resultOf(tool: string, reply: RawReply): CallAgentToolResponse {
  if (reply.fault) throw fromFaultMessage(reply.fault);
  const text = Buffer.from(reply.payload);
  const truncated = text.length > MAX_RESULT_BYTES;
  const result = truncated ? text.subarray(0, MAX_RESULT_BYTES).toString() : valueOf(text.toString(), reply);
  return { tool, result, truncated, untrusted: true };
}

/** The JSON of the answer; of an answer without a body, how many rows it was about, if it says so. */
function valueOf(text: string, { headers }: RawReply): unknown {
  if (text !== '') return JSON.parse(text);
  const rows = /\/(\d+)$/.exec(headers?.['content-range'] ?? '')?.[1];
  return rows === undefined ? null : { rows: Number(rows) };
}
