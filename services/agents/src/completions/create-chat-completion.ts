import { Controller } from '@nestjs/common';
import {
  createChatCompletion,
  Reply,
  type ChatCompletion,
  type CreateChatCompletionRequest,
} from '@tenantry/contracts';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { blocked, guardAnswer, guardRequest } from '../guardrails/guarded-chat.js';
import { guardedPieces } from '../guardrails/guarded-pieces.js';
import type { Decision, Guardrail } from '../guardrails/guardrail.js';
import { TenantGuardrails } from '../guardrails/tenant-guardrails.js';
import { ModelCatalog } from '../models/model-catalog.js';
import { faultOf, ModelFault } from '../models/model-fault.js';
import { costNanos } from '../prices/rating.js';
import { answerBody } from './answer-body.js';
import { CallMeter } from './call-meter.js';
import { planCall } from './call-plan.js';
import { readChat } from './chat-request.js';
import { openCompletion, type CompletionEnd, type OpenCompletion } from './completion.js';
import { CompletionRuns } from './completion-runs.js';
import { ModelCalls, type ModelCall } from './model-calls.js';
import type { StartedStream } from './started-stream.js';
import { StreamEvents } from './stream-events.js';
import { StreamReader } from './stream-reader.js';
import { assertDistinct, printAnswer } from './whole-answer.js';

const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-store' };

/** A call that has begun: what it is, and what it may use. */
interface Running extends ModelCall {
  readonly call: OpenCompletion;
  readonly guardrails: readonly Guardrail[];
  /** What guardrails have decided so far. */
  readonly decisions: Decision[];
}

/** What is known when an answer begins. */
type Told = Pick<CompletionEnd, 'answeredBy' | 'firstPieceMs'>;

/** Asks a model: the money is held before, and counted after, whatever becomes of the answer. */
@Controller()
export class CreateChatCompletion {
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly runs: CompletionRuns,
    private readonly calls: ModelCalls,
    private readonly guardrails: TenantGuardrails,
    private readonly clock: Clock,
  ) {}

  @Handles(createChatCompletion)
  async handle(request: CreateChatCompletionRequest, ctx: TenantContext): Promise<Reply<ChatCompletion>> {
    const running = await this.begin(request, ctx);
    try {
      return running.chat.isStream ? await this.streamed(running) : await this.whole(running);
    } catch (error) {
      await this.runs.end(ctx, running.call, this.failed(running, error, null), running.decisions);
      throw error instanceof ModelFault ? faultOf(error) : error;
    }
  }

  private async begin(request: CreateChatCompletionRequest, ctx: TenantContext): Promise<Running> {
    const guardrails = await this.guardrails.of(ctx);
    const { value: chat, decisions, blockedBy } = guardRequest(guardrails, readChat(request));
    if (blockedBy) {
      await this.runs.keepDecisions(ctx, decisions);
      throw blocked(blockedBy);
    }
    const { version, candidates } = await this.catalog.find(chat.model, ctx);
    const plan = planCall(chat, candidates);
    const { inputEstimate } = plan;
    const used = { inputTokens: inputEstimate, cachedInputTokens: 0, outputTokens: 0 };
    const { model, isStream, conversationId } = chat;
    const facts = { model, isStream, conversationId, priceVersion: version, inputEstimate };
    const call = openCompletion({ ...facts, inputNanos: costNanos(candidates[0]!, used) }, ctx, this.clock.now());
    const heldNanos = await this.runs.begin(ctx, call, plan);
    const meter = new CallMeter(inputEstimate);
    return { chat, plan, candidates, heldNanos, ctx, call, meter, guardrails, decisions: [...decisions] };
  }

  private async whole(running: Running): Promise<Reply<ChatCompletion>> {
    const { call, meter, ctx, guardrails, decisions } = running;
    const { model, answer: given } = await this.calls.complete(running);
    assertDistinct(given.toolCalls);
    const { value: answer, decisions: made, blockedBy } = guardAnswer(guardrails, given);
    decisions.push(...made);
    if (blockedBy) throw blocked(blockedBy);
    const firstPieceMs = this.sinceStart(call);
    const facts = { state: 'completed', finishReason: answer.finishReason, failure: null, firstPieceMs } as const;
    await this.runs.end(ctx, call, this.end(running, { ...facts, answeredBy: model.name }), decisions);
    return new Reply<ChatCompletion>(printAnswer(call, answer, meter) as never);
  }

  private async streamed(running: Running): Promise<Reply<ChatCompletion>> {
    const { model, maxOutputTokens, answer } = await this.calls.stream(running);
    const reader = new StreamReader(model, maxOutputTokens, running.meter);
    const told = { answeredBy: model.name, firstPieceMs: this.sinceStart(running.call) };
    const body = answerBody(this.events(running, reader, answer, told), async () => {
      answer.stop();
      await this.abandon(running, reader, told);
    });
    return new Reply<ChatCompletion>(body as never, { headers: EVENT_STREAM });
  }

  /** The events of an answer. However the reading of them ends, the call is ended, once. */
  private async *events(
    running: Running,
    reader: StreamReader,
    { pieces, stop }: StartedStream,
    told: Told,
  ): AsyncGenerator<Uint8Array> {
    const { call, meter, ctx, chat, decisions } = running;
    const events = new StreamEvents(call);
    let end: CompletionEnd | null = null;
    try {
      for await (const piece of guardedPieces(reader.read(pieces), running.guardrails, decisions)) {
        if (piece.kind === 'text' || piece.kind === 'tool-call') yield events.piece(piece);
      }
      const finishReason = reader.isOverLimit ? 'length' : (reader.finishReason ?? 'stop');
      reader.close();
      end = this.end(running, { ...told, state: 'completed', finishReason, failure: null });
      await this.runs.end(ctx, call, end, decisions);
      yield events.finish(finishReason);
      if (chat.includesUsage) yield events.usage(meter);
      yield events.done();
    } catch (error) {
      if (end) throw error;
      reader.close();
      end = { ...this.failed(running, error, told.firstPieceMs), answeredBy: told.answeredBy };
      await this.runs.end(ctx, call, end, decisions);
      const fault = error instanceof ModelFault ? faultOf(error) : error;
      if (!(fault instanceof Fault)) throw error;
      yield events.error(fault);
    } finally {
      stop();
      if (!end) await this.abandon(running, reader, told);
    }
  }

  /** Whoever asked has gone away. */
  private async abandon(running: Running, reader: StreamReader, told: Told): Promise<void> {
    reader.close();
    const facts = { state: 'cancelled', finishReason: reader.finishReason, failure: 'cancelled' } as const;
    await this.runs.end(running.ctx, running.call, this.end(running, { ...told, ...facts }), running.decisions);
  }

  private failed(running: Running, error: unknown, firstPieceMs: number | null): CompletionEnd {
    const failure = error instanceof ModelFault ? error.kind : error instanceof Fault ? error.reason : 'internal';
    const state = failure === 'cancelled' ? 'cancelled' : 'failed';
    return this.end(running, { state, failure, finishReason: null, answeredBy: null, firstPieceMs });
  }

  private end(
    { meter }: Running,
    facts: Pick<CompletionEnd, 'state' | 'finishReason' | 'failure' | 'answeredBy' | 'firstPieceMs'>,
  ): CompletionEnd {
    const { usage, isEstimated, costNanos: cost } = meter;
    return { ...facts, usage, isEstimated, costNanos: cost, endedAt: this.clock.now() };
  }

  private sinceStart({ startedAt }: OpenCompletion): number {
    return Math.max(0, this.clock.now().getTime() - startedAt.getTime());
  }
}
