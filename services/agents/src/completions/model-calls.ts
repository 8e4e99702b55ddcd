import { Injectable } from '@nestjs/common';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Logger } from '@tenantry/service';
import { ModelFault } from '../models/model-fault.js';
import type { ModelAnswer, ModelProvider, ModelRequest } from '../models/model-port.js';
import { ModelProviders, type OpenProvider } from '../models/model-providers.js';
import { LOCAL_PROVIDER } from '../models/put-model-provider.js';
import type { PricedModel } from '../prices/price-book.js';
import type { CallMeter } from './call-meter.js';
import { outputFor, type CallPlan } from './call-plan.js';
import type { ChatRequest } from './chat-request.js';
import { startedStream, type StartedStream } from './started-stream.js';
import { Silence } from './silence.js';

/** One call, with everything that decides which models may be tried. */
export interface ModelCall {
  readonly chat: ChatRequest;
  readonly plan: CallPlan;
  readonly candidates: readonly PricedModel[];
  readonly heldNanos: bigint;
  readonly meter: CallMeter;
  readonly ctx: TenantContext;
  /** Tells that a model's provider gets health information, before it does; null when it gets none. */
  readonly disclose: ((model: PricedModel) => Promise<void>) | null;
}

/** What a model answered, and which. */
export interface Answered<T> {
  readonly model: PricedModel;
  /** What the model was told to write at most. */
  readonly maxOutputTokens: number;
  readonly answer: T;
}

type Ask<T> = (provider: ModelProvider, request: ModelRequest, silence: Silence) => Promise<T>;

/** Tries of one model, the first included. */
const MAX_TRIES = 2;

/** Asks models: the one that is wanted, twice when its provider stumbles, then those that stand in for it. */
@Injectable()
export class ModelCalls {
  constructor(
    private readonly providers: ModelProviders,
    private readonly log: Logger,
  ) {}

  /** A whole answer. What it used has been counted. @throws ModelFault of the last try, Fault `budget-refused` */
  async complete(call: ModelCall): Promise<Answered<ModelAnswer>> {
    const answered = await this.firstOf(call, async (provider, request, silence) => {
      try {
        return await provider.complete(request, silence.signal);
      } finally {
        silence.end();
      }
    });
    const { usage, text, toolCalls } = answered.answer;
    if (usage) call.meter.count(answered.model, usage);
    else call.meter.estimate(answered.model, Buffer.byteLength(`${text ?? ''}${JSON.stringify(toolCalls)}`));
    return answered;
  }

  /** An answer that has begun: its first piece is there, so no other model is tried any more. What it uses is the reader's to count. */
  stream(call: ModelCall): Promise<Answered<StartedStream>> {
    return this.firstOf(call, async (provider, request, silence) =>
      startedStream(await provider.stream(request, silence.signal), silence),
    );
  }

  private async firstOf<T>(call: ModelCall, ask: Ask<T>): Promise<Answered<T>> {
    let last: ModelFault | null = null;
    for (const model of call.candidates) {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const maxOutputTokens = outputFor(call.chat, model, call.plan, call.heldNanos - call.meter.costNanos);
        if (maxOutputTokens === 0) break;
        try {
          return { model, maxOutputTokens, answer: await this.tryOnce(call, model, maxOutputTokens, ask) };
        } catch (error) {
          last = this.noted(error, model, call);
        }
        if (!last.mayWorkAtOnce) break;
      }
      if (last && !last.mayWorkElsewhere) throw last;
    }
    throw last ?? new Fault('budget-refused', { detail: 'What is left in the budgets is too little for an answer' });
  }

  private async tryOnce<T>(call: ModelCall, model: PricedModel, maxOutputTokens: number, ask: Ask<T>): Promise<T> {
    const { provider, timeoutMs, breaker } = await this.providers.open(call.ctx, model.provider);
    if (!breaker.admits()) throw new ModelFault('resting', { retryAfterS: breaker.restsForS });
    if (model.provider !== LOCAL_PROVIDER) await call.disclose?.(model);
    const silence = new Silence(call.ctx.signal, timeoutMs);
    try {
      const answer = await ask(provider, { ...call.chat, model: model.upstreamModel, maxOutputTokens }, silence);
      breaker.succeeded();
      return answer;
    } catch (error) {
      silence.end();
      const fault = silence.faultFor(error);
      report(fault, breaker);
      if (fault.mayCost) call.meter.estimate(model, 0);
      throw fault;
    }
  }

  private noted(error: unknown, model: PricedModel, { ctx }: ModelCall): ModelFault {
    if (!(error instanceof ModelFault)) throw error;
    const facts = { tenantId: ctx.tenantId, requestId: ctx.request.id, model: model.name, provider: model.provider };
    if (error.kind !== 'cancelled') this.log.warn({ ...facts, kind: error.kind }, 'A model could not be asked');
    return error;
  }
}

/** Tells the breaker what an outcome says about the provider; a refused request says that it is well. */
function report(fault: ModelFault, breaker: OpenProvider['breaker']): void {
  if (fault.kind === 'cancelled') breaker.undecided();
  else if (fault.isPassing) breaker.failed();
  else breaker.succeeded();
}
