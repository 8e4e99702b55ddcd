import { Module } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { AgentsSettings } from './config.js';
import { refill } from './refill.js';
import { ArchiveAgent } from './registry/archive-agent.js';
import { ChangeAgentStatus } from './registry/change-agent-status.js';
import { CreateAgent } from './registry/create-agent.js';
import { GetAgent } from './registry/get-agent.js';
import { ListAgents } from './registry/list-agents.js';
import { PauseAgent } from './registry/pause-agent.js';
import { ResumeAgent } from './registry/resume-agent.js';
import { GetAgentStop } from './stops/get-agent-stop.js';
import { SetAgentStop } from './stops/set-agent-stop.js';
import { AgentsIssueToken } from './tokens/agents-issue-token.js';
import { EveryHourSweep } from './tokens/every-hour-sweep.js';
import { ExchangeAgentToken } from './tokens/exchange-agent-token.js';
import { IssueAgentToken } from './tokens/issue-agent-token.js';
import { ListAgentTokens } from './tokens/list-agent-tokens.js';
import { RevokeAgentToken } from './tokens/revoke-agent-token.js';
import { TokenDesk } from './tokens/token-desk.js';
import { DiffAgentVersions } from './versions/diff-agent-versions.js';
import { DraftAgentVersion } from './versions/draft-agent-version.js';
import { GetAgentVersion } from './versions/get-agent-version.js';
import { ListAgentVersions } from './versions/list-agent-versions.js';
import { PublishAgentVersion } from './versions/publish-agent-version.js';
import { RollBackAgent } from './versions/roll-back-agent.js';

const registry = [CreateAgent, GetAgent, ListAgents, PauseAgent, ResumeAgent, ArchiveAgent];
const versions = [
  DraftAgentVersion,
  GetAgentVersion,
  ListAgentVersions,
  DiffAgentVersions,
  PublishAgentVersion,
  RollBackAgent,
];

const tokens = [IssueAgentToken, ExchangeAgentToken, ListAgentTokens, RevokeAgentToken, AgentsIssueToken];
const stops = [SetAgentStop, GetAgentStop];
const schedules = [EveryHourSweep];

/** AI agents and what they may do: a table of contents. */
@Module({
  controllers: [...registry, ...versions, ...tokens, ...stops, ...schedules],
  providers: [ChangeAgentStatus, TokenDesk],
})
export class AgentsModule {}

export const agentsService = defineService({
  name: 'agents',
  module: AgentsModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['directory', 'sweep'],
  buckets: ['agents', 'agent_tokens', 'agent_stops', 'agent_revocations'],
  watches: ['tenants', 'members', 'revocations', 'entitlements', 'agents'],
  settings: AgentsSettings,
  refill,
});
