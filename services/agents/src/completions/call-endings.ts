import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { Turns } from '../conversations/turns.js';
import type { CompletionEnd } from './completion.js';
import { CompletionRuns } from './completion-runs.js';
import type { RunningCall } from './running-call.js';

/** The ends of calls. */
@Injectable()
export class CallEndings {
  constructor(
    private readonly runs: CompletionRuns,
    private readonly turns: Turns,
  ) {}

  /** Ends a call in one commit with what its conversation keeps of it. */
  async conclude(running: RunningCall, end: CompletionEnd): Promise<void> {
    const { ctx, call, decisions, thread, asked, spoken, span } = running;
    const said = { asked, text: spoken.text, toolCalls: spoken.toolCalls };
    const within = thread ? (tx: Transaction) => this.turns.end(tx, { thread, call, end, said }) : undefined;
    try {
      await this.runs.end(ctx, call, end, { decisions, within });
    } finally {
      span.end(end);
    }
  }
}
