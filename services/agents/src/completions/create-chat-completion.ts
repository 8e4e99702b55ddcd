import { Controller } from '@nestjs/common';
import {
  createChatCompletion,
  Reply,
  type ChatCompletion,
  type CreateChatCompletionRequest,
} from '@tenantry/contracts';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { GuardrailWebhooks } from '../guardrail-webhooks/guardrail-webhooks.js';
import { blocked, guardAnswer } from '../guardrails/guarded-chat.js';
import { guardedPieces } from '../guardrails/guarded-pieces.js';
import { faultOf, ModelFault } from '../models/model-fault.js';
import { answerBody } from './answer-body.js';
import { CallBeginnings } from './call-beginnings.js';
import { CallEndings } from './call-endings.js';
import type { CompletionEnd, OpenCompletion } from './completion.js';
import { ModelCalls } from './model-calls.js';
import { endOfCall, type RunningCall } from './running-call.js';
import type { StartedStream } from './started-stream.js';
import { StreamEvents } from './stream-events.js';
import { StreamReader } from './stream-reader.js';
import { assertDistinct, printAnswer } from './whole-answer.js';

const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-store' };

/** What is known when an answer begins. */
type Told = Pick<CompletionEnd, 'answeredBy' | 'firstPieceMs'>;

/** Asks a model: the money is held before, and counted after, whatever becomes of the answer. */
@Controller()
export class CreateChatCompletion {
  constructor(
    private readonly beginnings: CallBeginnings,
    private readonly endings: CallEndings,
    private readonly calls: ModelCalls,
    private readonly webhooks: GuardrailWebhooks,
    private readonly clock: Clock,
  ) {}

  @Handles(createChatCompletion)
  async handle(request: CreateChatCompletionRequest, ctx: TenantContext): Promise<Reply<ChatCompletion>> {
    let running = await this.beginnings.begin(request, ctx);
    try {
      running = await this.webhooks.request(running);
      return running.chat.isStream ? await this.streamed(running) : await this.whole(running);
    } catch (error) {
      await this.endings.conclude(running, this.failed(running, error, null));
      throw error instanceof ModelFault ? faultOf(error) : error;
    }
  }

  private async whole(running: RunningCall): Promise<Reply<ChatCompletion>> {
    const { call, meter, guardrails, decisions } = running;
    const { model, answer: given } = await this.calls.complete(running);
    assertDistinct(given.toolCalls);
    const { value, decisions: made, blockedBy } = guardAnswer(guardrails, given);
    decisions.push(...made);
    if (blockedBy) throw blocked(blockedBy);
    const answer = await this.webhooks.answer(running, value);
    running.conformance.judge(answer.text, decisions);
    const firstPieceMs = this.sinceStart(call);
    const facts = { state: 'completed', finishReason: answer.finishReason, failure: null, firstPieceMs } as const;
    running.spoken.takeWhole(answer);
    await this.endings.conclude(running, this.end(running, { ...facts, answeredBy: model.name }));
    return new Reply<ChatCompletion>(printAnswer(call, answer, meter) as never);
  }

  private async streamed(running: RunningCall): Promise<Reply<ChatCompletion>> {
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
    running: RunningCall,
    reader: StreamReader,
    { pieces, stop }: StartedStream,
    told: Told,
  ): AsyncGenerator<Uint8Array> {
    const { call, meter, chat, decisions, spoken } = running;
    const events = new StreamEvents(call);
    let end: CompletionEnd | null = null;
    try {
      const looked = guardedPieces(reader.read(pieces), running.guardrails, decisions);
      const guarded = this.webhooks.pieces(running, looked);
      for await (const piece of running.conformance.pieces(guarded, decisions)) {
        spoken.take(piece);
        if (piece.kind === 'text' || piece.kind === 'tool-call') yield events.piece(piece);
      }
      const finishReason = reader.isOverLimit ? 'length' : (reader.finishReason ?? 'stop');
      reader.close();
      end = this.end(running, { ...told, state: 'completed', finishReason, failure: null });
      await this.endings.conclude(running, end);
      yield events.finish(finishReason);
      if (chat.includesUsage) yield events.usage(meter);
      yield events.done();
    } catch (error) {
      if (end) throw error;
      reader.close();
      end = { ...this.failed(running, error, told.firstPieceMs), answeredBy: told.answeredBy };
      await this.endings.conclude(running, end);
      const fault = error instanceof ModelFault ? faultOf(error) : error;
      if (!(fault instanceof Fault)) throw error;
      yield events.error(fault);
    } finally {
      stop();
      if (!end) await this.abandon(running, reader, told);
    }
  }

  /** Whoever asked has gone away. */
  private async abandon(running: RunningCall, reader: StreamReader, told: Told): Promise<void> {
    reader.close();
    const facts = { state: 'cancelled', finishReason: reader.finishReason, failure: 'cancelled' } as const;
    await this.endings.conclude(running, this.end(running, { ...told, ...facts }));
  }

  private failed(running: RunningCall, error: unknown, firstPieceMs: number | null): CompletionEnd {
    const failure = error instanceof ModelFault ? error.kind : error instanceof Fault ? error.reason : 'internal';
    const state = failure === 'cancelled' ? 'cancelled' : 'failed';
    return this.end(running, { state, failure, finishReason: null, answeredBy: null, firstPieceMs });
  }

  private end(running: RunningCall, facts: Parameters<typeof endOfCall>[1]): CompletionEnd {
    return endOfCall(running, facts, this.clock.now());
  }

  private sinceStart({ startedAt }: OpenCompletion): number {
    return Math.max(0, this.clock.now().getTime() - startedAt.getTime());
  }
}
