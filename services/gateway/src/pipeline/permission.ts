import { Injectable } from '@nestjs/common';
import { Fault, permits } from '@tenantry/kernel';
import type { AgentToken, Exchange, Step } from './exchange.js';

/** Refuses a caller whose role or key does not carry the operation's permission. The service checks it again. */
@Injectable()
export class Permission implements Step {
  run({ operation, party, credential }: Exchange): void {
    if (credential.kind === 'agent') assertForAgents(operation, credential);
    if (operation.permission !== null && !permits(party.permissions, operation.permission)) {
      throw new Fault('forbidden', { detail: `This needs the permission ${operation.permission}` });
    }
    if (credential.kind === 'key' && credential.entry.kind === 'public' && !operation.publicKeys) {
      throw new Fault('forbidden', { detail: 'Public keys may not do this' });
    }
  }
}

/** A token works for the audiences that it names: one that a chat was given is no key to the API. @throws Fault `agent-refused` */
function assertForAgents({ agentAudience }: Exchange['operation'], { entry }: AgentToken): void {
  if (agentAudience === 'none') throw new Fault('agent-refused');
  if (agentAudience !== 'any' && !entry.audiences.includes(agentAudience))
    throw new Fault('agent-refused', { detail: `This needs a token for the audience ${agentAudience}` });
}
