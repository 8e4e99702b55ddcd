import { Controller } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { OnBatch, type ReceivedEvent } from '@tenantry/messaging';
import { agentEventOf } from './agent-event.js';
import { appendEvents } from './agent-event.table.js';

const AGENTS = 'agents.events';
const BUDGETS = 'agents.budget-events';

/** Numbers what this service announces, and which thresholds budgets reached: one commit a tenant and batch. */
@Controller()
export class OnAgentEvents {
  constructor(private readonly control: ControlDatabase) {}

  @OnBatch({ consumer: AGENTS, filter: 'events.*.agents.*', maxEvents: 200 })
  handle(batch: readonly ReceivedEvent[]): Promise<void> {
    return this.append(AGENTS, batch);
  }

  @OnBatch({ consumer: BUDGETS, filter: 'events.*.billing.BudgetThresholdReached', maxEvents: 200 })
  handleBudgets(batch: readonly ReceivedEvent[]): Promise<void> {
    return this.append(BUDGETS, batch);
  }

  private async append(consumer: string, batch: readonly ReceivedEvent[]): Promise<void> {
    const job = this.control.job('agents_events');
    for (const [tenantId, events] of Map.groupBy(batch, (event) => event.tenantId)) {
      const once = [...new Map(events.map((event) => [event.id, event])).values()];
      await job.transaction((tx) => appendEvents(tx, consumer, once.map(agentEventOf)), { tenantId });
    }
  }
}
