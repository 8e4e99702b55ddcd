import { Controller } from '@nestjs/common';
import {
  AgentEvent,
  printMessage,
  Reply,
  streamAgentEvents,
  type AgentEventStream,
  type StreamAgentEventsRequest,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { answerBody } from '../completions/answer-body.js';
import { EventFeed, PAGE, type FollowedTenant } from './event-feed.js';

const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-store' };
/** Proxies close connections on which nothing is said. */
const SILENCE_MS = 15_000;
/** A stream ends by itself so long before it would be cut: its client then connects again without an error. */
const LAST_WORD_MS = 2_000;

const BEGIN = Buffer.from('retry: 1000\n\n');
const STILL_THERE = Buffer.from(': \n\n');

/** Gives events as they happen. It is cut like every stream when the tenant is suspended or the credential revoked. */
@Controller()
export class StreamAgentEvents {
  constructor(
    private readonly feed: EventFeed,
    private readonly clock: Clock,
  ) {}

  @Handles(streamAgentEvents)
  async handle(
    { lastEventId, ...filter }: StreamAgentEventsRequest,
    ctx: TenantContext,
  ): Promise<Reply<AgentEventStream>> {
    const followed = await this.feed.open(ctx);
    try {
      // Known before the answer begins: from then on nothing is missed.
      const position = lastEventId ?? (await followed.head());
      const body = answerBody(this.events(position, filter, ctx, followed), () => Promise.resolve(followed.close()));
      return new Reply<AgentEventStream>(body as never, { headers: EVENT_STREAM });
    } catch (error) {
      followed.close();
      throw error;
    }
  }

  private async *events(
    from: bigint,
    filter: Filter,
    ctx: TenantContext,
    followed: FollowedTenant,
  ): AsyncGenerator<Uint8Array> {
    const signal = ctx.signal ?? new AbortController().signal;
    const endsAtMs = ctx.request.deadlineAtMs - LAST_WORD_MS;
    try {
      let position = from;
      yield BEGIN;
      for (;;) {
        const page = await followed.after(position);
        position = page.at(-1)?.position ?? position;
        const said = page.filter((event) => isWanted(event, filter)).map(print);
        if (said.length > 0) yield Buffer.from(said.join(''));
        const leftMs = endsAtMs - this.clock.now().getTime();
        if (leftMs <= 0 || signal.aborted) return;
        if (page.length === PAGE) continue;
        await followed.more(position, signal, Math.min(SILENCE_MS, leftMs));
        if (said.length === 0) yield STILL_THERE;
      }
    } finally {
      followed.close();
    }
  }
}

type Filter = Pick<StreamAgentEventsRequest, 'type' | 'agentId'>;

function isWanted(event: AgentEvent, { type, agentId }: Filter): boolean {
  return (type == null || event.type === type) && (agentId == null || event.agentId === agentId);
}

/** One event; JSON has no line breaks. */
function print(event: AgentEvent): string {
  return `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(printMessage(AgentEvent, event))}\n\n`;
}
