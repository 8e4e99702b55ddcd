import { Injectable } from '@nestjs/common';
import { HealthDataSentToApi } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { healthDataIn } from '../guardrails/personal-data.js';
import type { HttpRequest } from './http-tool.js';

/** Tells the disclosure ledger of health information that a tool is about to send to somebody else's API (45 CFR § 164.528). */
@Injectable()
export class ApiDisclosures {
  constructor(private readonly tenants: TenantDatabase) {}

  /** Before it leaves: what was sent and not told would be missing for ever, what was told and not sent is one line too many. */
  async tell(tool: string, { url, body }: HttpRequest, ctx: TenantContext): Promise<void> {
    const { host, pathname, search } = new URL(url);
    const { kinds } = healthDataIn([decoded(pathname), decoded(search.replaceAll('+', ' ')), body ?? '']);
    if (kinds.length === 0) return;
    const event = new HealthDataSentToApi({ agentId: ctx.actor.id, tool, host, kinds: [...kinds] });
    await this.tenants.transaction(ctx, (tx) => {
      tx.publish(event);
      return Promise.resolve();
    });
  }
}

/** As whoever gets it reads it; what can not be decoded is looked at as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign
  }
}
