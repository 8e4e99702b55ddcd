import { Injectable } from '@nestjs/common';
import type { CreateChatCompletionRequest } from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { continued, withinConversation, type Thread } from '../conversations/thread.js';
import { Turns } from '../conversations/turns.js';
import { blocked, guardRequest } from '../guardrails/guarded-chat.js';
import { mostWebhookNanos } from '../guardrail-webhooks/webhook-windows.js';
import type { PricedModel } from '../prices/price-book.js';
import { costNanos } from '../prices/rating.js';
import { PROCESS_ID } from '../processes/this-process.js';
import type { RunRef } from '../runs/run.table.js';
import { Asking, instructed } from './asking.js';
import { CallMeter } from './call-meter.js';
import { planCall, planWith } from './call-plan.js';
import { CallSpan } from './call-span.js';
import type { ChatRequest } from './chat-request.js';
import { openCompletion } from './completion.js';
import { CompletionRuns } from './completion-runs.js';
import { healthDataSent, readDisclosure } from './disclosure.js';
import { ModelAdmission } from './model-admission.js';
import { persistently } from './persistently.js';
import type { RunningCall } from './running-call.js';
import { Spoken } from './spoken.js';

/** The beginnings of calls: read, guarded, put into their conversation and run, planned, held and written down. */
@Injectable()
export class CallBeginnings {
  constructor(
    private readonly admission: ModelAdmission,
    private readonly runs: CompletionRuns,
    private readonly asking: Asking,
    private readonly turns: Turns,
    private readonly clock: Clock,
  ) {}

  /** When this fails no model may be asked, and a conversation is as it was. @throws Fault of whatever refuses */
  async begin(request: CreateChatCompletionRequest, ctx: TenantContext): Promise<RunningCall> {
    const { chat: given, guardrails, webhooks, conformance, instructions } = await this.asking.read(request, ctx);
    const { value: fresh, decisions, blockedBy } = guardRequest(guardrails, given);
    const thread = fresh.conversationId === null ? null : await this.turns.read(ctx, fresh.conversationId);
    if (blockedBy) {
      await this.runs.keepDecisions(ctx, decisions);
      throw blocked(blockedBy);
    }
    const run = await this.runOf(ctx, fresh, thread);
    const chat = instructed(thread ? continued(thread, fresh) : fresh, instructions);
    const disclosure = readDisclosure(request);
    const { version, candidates, kinds } = await this.admission.admit(ctx, chat, decisions);
    const looks = mostWebhookNanos(webhooks, chat.isStream);
    const tenantPlan = planWith(planCall(chat, candidates), looks.input + looks.output);
    const plan = thread ? withinConversation(tenantPlan, thread) : tenantPlan;
    const { inputEstimate } = plan;
    const used = { inputTokens: inputEstimate, cachedInputTokens: 0, outputTokens: 0 };
    const { model, isStream, conversationId } = chat;
    const facts = { model, isStream, conversationId, runId: run?.id ?? null, priceVersion: version, inputEstimate };
    const call = openCompletion(
      { ...facts, inputNanos: costNanos(candidates[0]!, used) + looks.input, processId: PROCESS_ID },
      ctx,
      this.clock.now(),
    );
    const span = CallSpan.begin(call, chat, run?.traceparent ?? null);
    const tell = (one: PricedModel) => this.runs.tell(ctx, healthDataSent(call.id, one, kinds, disclosure));
    const disclose = kinds.length > 0 ? tell : null;
    const known = {
      chat,
      plan,
      candidates,
      ctx,
      call,
      disclose,
      guardrails,
      webhooks,
      disclosure,
      thread,
      span,
      asked: fresh.messages,
    };
    const begun = { meter: new CallMeter(inputEstimate), conformance, decisions: [...decisions], spoken: new Spoken() };
    const heldNanos = await this.hold({ ...known, ...begun });
    return { ...known, ...begun, heldNanos: heldNanos - looks.output }; // which models do not get
  }

  /** The run that a request goes on with: of the call that it names, or the one that its conversation waits in. */
  private async runOf(ctx: TenantContext, chat: ChatRequest, thread: Thread | null): Promise<RunRef | null> {
    const id = chat.continuesId ?? thread?.conversation.runId ?? null;
    return id === null ? null : this.runs.find(ctx, id);
  }

  private async hold(running: Omit<RunningCall, 'heldNanos'>): Promise<bigint> {
    const { ctx, call, plan, thread, span } = running;
    try {
      if (thread) await this.turns.take(ctx, thread, call);
      return await this.runs.begin(ctx, call, plan);
    } catch (error) {
      // Of a taking that failed nobody knows whether it is there; a turn that another call has stays with it.
      if (thread) await persistently(() => this.turns.giveBack(ctx, thread, call));
      span.refuse(error);
      throw error;
    }
  }
}
