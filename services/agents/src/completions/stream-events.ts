import type { Fault } from '@tenantry/kernel';
import type { FinishReason, ModelPiece } from '../models/model-port.js';
import type { CallMeter } from './call-meter.js';
import type { OpenCompletion } from './completion.js';
import { createdOf, printFacts, printUsage } from './whole-answer.js';

const DONE = Buffer.from('data: [DONE]\n\n');

/** An answer as server-sent events, as OpenAI clients read them. */
export class StreamEvents {
  private readonly head: object;
  private isFirst = true;

  constructor(private readonly call: OpenCompletion) {
    this.head = { id: call.id, object: 'chat.completion.chunk', created: createdOf(call), model: call.model };
  }

  /** A piece of the answer. */
  piece(piece: Extract<ModelPiece, { kind: 'text' | 'tool-call' }>): Uint8Array {
    const delta = piece.kind === 'text' ? { content: piece.text } : { tool_calls: [toolDelta(piece)] };
    const withRole = this.isFirst ? { role: 'assistant', ...delta } : delta;
    this.isFirst = false;
    return this.chunk({ choices: [{ index: 0, delta: withRole, logprobs: null, finish_reason: null }] });
  }

  /** Why it ended. */
  finish(reason: FinishReason): Uint8Array {
    return this.chunk({ choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: reason }] });
  }

  /** What was used. */
  usage(meter: CallMeter): Uint8Array {
    return this.chunk({ choices: [], usage: printUsage(meter.usage), tenantry: printFacts(this.call, meter) });
  }

  done(): Uint8Array {
    return DONE;
  }

  /** What went wrong after the answer had begun: clients throw it. */
  error({ detail, reason }: Fault): Uint8Array {
    return event({ error: { message: detail, type: 'server_error', param: null, code: reason } });
  }

  private chunk(rest: object): Uint8Array {
    return event({ ...this.head, ...rest });
  }
}

function toolDelta({ index, id, name, arguments: json }: Extract<ModelPiece, { kind: 'tool-call' }>): object {
  const begins = id === undefined ? undefined : { id, type: 'function' };
  return { index, ...begins, function: { ...(name === undefined ? undefined : { name }), arguments: json } };
}

function event(data: object): Uint8Array {
  return Buffer.from(`data: ${JSON.stringify(data)}\n\n`);
}
