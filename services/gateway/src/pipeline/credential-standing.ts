import { Injectable } from '@nestjs/common';
import { Clock, Fault, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { Directories, type AgentTokenEntry, type KeyEntry } from '@tenantry/messaging';
import { Settling } from '../directories/settling.js';
import type { Exchange, Session, Step } from './exchange.js';

/** Refuses a credential that was good once: revoked, expired, or its person disabled. Asked every time, in memory. */
@Injectable()
export class CredentialStanding implements Step {
  constructor(
    private readonly directories: Directories,
    private readonly settling: Settling,
    private readonly clock: Clock,
  ) {}

  run({ credential }: Exchange): void | Promise<void> {
    if (credential.kind === 'session') return this.checkSession(credential);
    if (credential.kind === 'agent') return this.checkAgent(this.directories.agentTokens.get(credential.digest));
    if (credential.kind === 'key') this.checkKey(this.directories.keys.get(credential.digest));
  }

  private async checkSession({ id, userId }: Session): Promise<void> {
    const { members, revocations } = this.directories;
    if (revocations.get(id)) throw refused('the session was revoked');
    const member =
      members.get(userId) ?? (await this.settling.find(members, `user ${userId}`, () => members.get(userId)));
    if (member?.status !== 'active') throw refused('the person is unknown or disabled');
  }

  /** A token is worth what its agent is, and the member on whose behalf it acts. @throws Fault also `agent-stopped` */
  private async checkAgent(token: AgentTokenEntry | undefined): Promise<void> {
    const { agentRevocations, members } = this.directories;
    const isAlive = token && Date.parse(token.expiresAt) > this.clock.now().getTime();
    if (!isAlive || agentRevocations.get(token.tokenId)) throw refused('the token was revoked or has expired');
    await this.checkMayAct(token);
    const { onBehalfOf } = token;
    if (onBehalfOf !== null && members.get(onBehalfOf)?.status !== 'active')
      throw refused('the person is unknown or disabled');
  }

  private async checkMayAct({ agentId, tenantId }: AgentTokenEntry): Promise<void> {
    const { agents, agentStops } = this.directories;
    // Tokens are given for what is published, so an entry that says otherwise is older than the token.
    const isPublished = () => (agents.get(agentId)?.publishedVersion ? true : undefined);
    if (!isPublished()) await this.settling.find(agents, `agent ${agentId}`, isPublished);
    const agent = agents.get(agentId);
    if (agent?.tenantId !== tenantId) throw refused('the agent is unknown');
    const isStopped = [agentId, tenantId, PLATFORM_TENANT_ID].some((id) => agentStops.get(id)?.stopped);
    if (isStopped || agent.status !== 'active' || agent.publishedVersion === null) throw new Fault('agent-stopped');
  }

  private checkKey(entry: KeyEntry | undefined): void {
    const isGood = entry && isAlive(entry, this.clock.now()) && !this.directories.revocations.get(entry.keyId);
    if (!isGood) throw refused('the key was revoked or has expired');
  }
}

function refused(cause: string): Fault {
  return new Fault('unauthenticated', { cause });
}

function isAlive({ status, expiresAt, overlapUntil }: KeyEntry, now: Date): boolean {
  const isOver = (time: string | null): boolean => time !== null && Date.parse(time) <= now.getTime();
  return status === 'active' && !isOver(expiresAt) && !isOver(overlapUntil);
}
