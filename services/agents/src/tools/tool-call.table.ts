import { sql, type Transaction } from '@tenantry/database';
import type { ToolCallRecord } from './tool-call.js';

export async function insertToolCall(tx: Transaction, call: ToolCallRecord): Promise<void> {
  await tx.execute(sql`insert into agents.tool_call (tenant_id, id, run_id, agent_id, token_id, on_behalf_of, location_id, tool, outcome,
      started_at, duration_ms)
    values (${tx.tenantId}, ${call.id}, ${call.runId}, ${call.agentId}, ${call.tokenId}, ${call.onBehalfOf}, ${call.locationId},
      ${call.tool}, ${call.outcome}, ${call.startedAt}, ${call.durationMs})`);
}
