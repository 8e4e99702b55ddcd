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

/** AI agents and what they may do: a table of contents. */
@Module({ controllers: [...registry, ...versions], providers: [ChangeAgentStatus] })
export class AgentsModule {}

export const agentsService = defineService({
  name: 'agents',
  module: AgentsModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['directory'],
  buckets: ['agents', 'agent_tokens', 'agent_stops'],
  watches: ['tenants', 'members', 'revocations', 'entitlements', 'agents', 'agent_stops'],
  settings: AgentsSettings,
  refill,
});
