import { Module } from '@nestjs/common';
import {
  holdSpending,
  readOwnValues,
  settleSpending,
  settleSpendings,
  splitSpending,
  type Operation,
} from '@tenantry/contracts';
import { defineService } from '@tenantry/service';
import { EndAgentAccess } from './accesses/end-agent-access.js';
import { ListAgentAccesses } from './accesses/list-agent-accesses.js';
import { Asking } from './completions/asking.js';
import { CompletionRuns } from './completions/completion-runs.js';
import { CreateChatCompletion } from './completions/create-chat-completion.js';
import { Every3sEndOrphans } from './completions/every-3s-end-orphans.js';
import { Every10sSettleCompletions } from './completions/every-10s-settle-completions.js';
import { GetCompletion } from './completions/get-completion.js';
import { LeftBehind } from './completions/left-behind.js';
import { ListCompletions } from './completions/list-completions.js';
import { ModelAdmission } from './completions/model-admission.js';
import { ModelCalls } from './completions/model-calls.js';
import { Settlements } from './completions/settlements.js';
import { Spending } from './completions/spending.js';
import { CallEndings } from './completions/call-endings.js';
import { CallBeginnings } from './completions/call-beginnings.js';
import { HoldConversations } from './conversation-holds/hold-conversations.js';
import { OnLegalHoldPlaced } from './conversation-holds/on-legal-hold-placed.js';
import { OnLegalHoldReleased } from './conversation-holds/on-legal-hold-released.js';
import { OnLegalHoldRenewed } from './conversation-holds/on-legal-hold-renewed.js';
import { CloseConversation } from './conversations/close-conversation.js';
import { ConversationSeal } from './conversations/conversation-seal.js';
import { CreateConversation } from './conversations/create-conversation.js';
import { DeleteConversation } from './conversations/delete-conversation.js';
import { Every10MinutesForget } from './conversations/every-10-minutes-forget.js';
import { GetConversation } from './conversations/get-conversation.js';
import { GetConversationRetention } from './conversations/get-conversation-retention.js';
import { LinkConversationSubjects } from './conversations/link-conversation-subjects.js';
import { ListConversationMessages } from './conversations/list-conversation-messages.js';
import { ListConversations } from './conversations/list-conversations.js';
import { ReplaceConversationRetention } from './conversations/replace-conversation-retention.js';
import { Turns } from './conversations/turns.js';
import { Approvals } from './approvals/approvals.js';
import { ApproveAgentCall } from './approvals/approve-agent-call.js';
import { ListAgentApprovals } from './approvals/list-agent-approvals.js';
import { RefuseAgentCall } from './approvals/refuse-agent-call.js';
import { AgentsSettings } from './config.js';
import { ApiDisclosures } from './http-tools/api-disclosures.js';
import { CallToolApi } from './http-tools/call-tool-api.js';
import { DeleteToolApi } from './http-tools/delete-tool-api.js';
import { GetToolHosts } from './http-tools/get-tool-hosts.js';
import { ListOfferedToolApis } from './http-tools/list-offered-tool-apis.js';
import { ListToolApis } from './http-tools/list-tool-apis.js';
import { OfferToolApi } from './http-tools/offer-tool-api.js';
import { PutToolApi } from './http-tools/put-tool-api.js';
import { ReplaceToolHosts } from './http-tools/replace-tool-hosts.js';
import { SaveToolApi } from './http-tools/save-tool-api.js';
import { ToolApis } from './http-tools/tool-apis.js';
import { WithdrawToolApi } from './http-tools/withdraw-tool-api.js';
import { Mcp } from './mcp/mcp.js';
import { McpServer } from './mcp/mcp-server.js';
import { CountGuardrailDecisions } from './guardrails/count-guardrail-decisions.js';
import { DeleteGuardrailAlert } from './guardrail-alerts/delete-guardrail-alert.js';
import { EveryMinuteMailGuardrailAlerts } from './guardrail-alerts/every-minute-mail-guardrail-alerts.js';
import { ListGuardrailAlerts } from './guardrail-alerts/list-guardrail-alerts.js';
import { OnGuardrailDecided } from './guardrail-alerts/on-guardrail-decided.js';
import { PutGuardrailAlert } from './guardrail-alerts/put-guardrail-alert.js';
import { AskWebhook } from './guardrail-webhooks/ask-webhook.js';
import { DeleteGuardrailWebhook } from './guardrail-webhooks/delete-guardrail-webhook.js';
import { GuardrailWebhooks } from './guardrail-webhooks/guardrail-webhooks.js';
import { JudgeTexts } from './guardrail-webhooks/judge-texts.js';
import { ToolWebhooks } from './guardrail-webhooks/tool-webhooks.js';
import { WebhookDisclosures } from './guardrail-webhooks/webhook-disclosures.js';
import { ListGuardrailWebhooks } from './guardrail-webhooks/list-guardrail-webhooks.js';
import { PutGuardrailWebhook } from './guardrail-webhooks/put-guardrail-webhook.js';
import { DecisionMetrics } from './guardrails/decision-metrics.js';
import { GuardedTools } from './guardrails/guarded-tools.js';
import { GetGuardrails } from './guardrails/get-guardrails.js';
import { HealthDataGate } from './guardrails/health-data-gate.js';
import { ListGuardrailDecisions } from './guardrails/list-guardrail-decisions.js';
import { ReplaceGuardrails } from './guardrails/replace-guardrails.js';
import { OwnValueFilters } from './guardrails/own-values.js';
import { TenantGuardrails } from './guardrails/tenant-guardrails.js';
import { TestGuardrails } from './guardrails/test-guardrails.js';
import { modelHandlers } from './models/handlers.js';
import { ModelCatalog } from './models/model-catalog.js';
import { ModelProviders } from './models/model-providers.js';
import { GetPriceBook } from './prices/get-price-book.js';
import { ThisProcess } from './processes/this-process.js';
import { PublishPriceBook } from './prices/publish-price-book.js';
import { EventFeed } from './agent-events/event-feed.js';
import { EveryHourPruneEvents } from './agent-events/every-hour-prune-events.js';
import { ListAgentEvents } from './agent-events/list-agent-events.js';
import { OnAgentEvents } from './agent-events/on-agent-events.js';
import { StreamAgentEvents } from './agent-events/stream-agent-events.js';
import { refill } from './refill.js';
import { CollectAgentSubject } from './subjects/collect-agent-subject.js';
import { EraseAgentSubject } from './subjects/erase-agent-subject.js';
import { PlanAgentSubject } from './subjects/plan-agent-subject.js';
import { SubjectSeeker } from './subjects/subject-seeker.js';
import { GetAgentSpend } from './spend/get-agent-spend.js';
import { GetPlatformAgents } from './spend/get-platform-agents.js';
import { GetAgentRun } from './runs/get-agent-run.js';
import { GiveRunFeedback } from './runs/give-run-feedback.js';
import { ListAgentRuns } from './runs/list-agent-runs.js';
import { ListRunFeedback } from './runs/list-run-feedback.js';
import { ArchiveAgent } from './registry/archive-agent.js';
import { ChangeAgentStatus } from './registry/change-agent-status.js';
import { CreateAgent } from './registry/create-agent.js';
import { GetAgent } from './registry/get-agent.js';
import { ListAgents } from './registry/list-agents.js';
import { PauseAgent } from './registry/pause-agent.js';
import { ResumeAgent } from './registry/resume-agent.js';
import { GetAgentStop } from './stops/get-agent-stop.js';
import { SetAgentStop } from './stops/set-agent-stop.js';
import { CreateAgentFromTemplate } from './templates/create-agent-from-template.js';
import { DiffAgentTemplate } from './templates/diff-agent-template.js';
import { GetAgentTemplate } from './templates/get-agent-template.js';
import { ListAgentTemplates } from './templates/list-agent-templates.js';
import { ListPlatformAgentTemplates } from './templates/list-platform-agent-templates.js';
import { PublishAgentTemplate } from './templates/publish-agent-template.js';
import { Templates } from './templates/templates.js';
import { UpgradeAgentFromTemplate } from './templates/upgrade-agent-from-template.js';
import { WithdrawAgentTemplate } from './templates/withdraw-agent-template.js';
import { AgentsIssueToken } from './tokens/agents-issue-token.js';
import { EveryHourSweep } from './tokens/every-hour-sweep.js';
import { ExchangeAgentToken } from './tokens/exchange-agent-token.js';
import { GrantAgentToken } from './tokens/grant-agent-token.js';
import { IssueAgentToken } from './tokens/issue-agent-token.js';
import { ListAgentTokens } from './tokens/list-agent-tokens.js';
import { RevokeAgentToken } from './tokens/revoke-agent-token.js';
import { GetAgentTokenBudget } from './tokens/get-agent-token-budget.js';
import { TokenAllowances } from './tokens/token-allowances.js';
import { TokenReservations } from './tokens/token-reservations.js';
import { Every10sEndReservations } from './tokens/every-10s-end-reservations.js';
import { TokenDesk } from './tokens/token-desk.js';
import { Every10sSettleToolCharges } from './tool-charges/every-10s-settle-tool-charges.js';
import { ToolCharges } from './tool-charges/tool-charges.js';
import { CallAgentTool } from './tools/call-agent-tool.js';
import { CallAsAgent } from './tools/call-as-agent.js';
import { ListAgentTools } from './tools/list-agent-tools.js';
import { PerformTool } from './tools/perform-tool.js';
import { ToolGuards } from './tools/tool-guards.js';
import { ToolLog } from './tools/tool-log.js';
import { ToolCaller } from './tools/tool-caller.js';
import { Toolbox } from './tools/toolbox.js';
import { ConfigsInForce } from './versions/configs-in-force.js';
import { DiffAgentVersions } from './versions/diff-agent-versions.js';
import { DraftAgentVersion } from './versions/draft-agent-version.js';
import { GetAgentVersion } from './versions/get-agent-version.js';
import { ListAgentVersions } from './versions/list-agent-versions.js';
import { NamedThings } from './versions/named-things.js';
import { PublishAgentVersion } from './versions/publish-agent-version.js';
import { RollBackAgent } from './versions/roll-back-agent.js';

const registry = [CreateAgent, GetAgent, ListAgents, PauseAgent, ResumeAgent, ArchiveAgent];
const versions = [
  ...[DraftAgentVersion, GetAgentVersion, ListAgentVersions, DiffAgentVersions, PublishAgentVersion, RollBackAgent],
];

const templates = [
  ...[PublishAgentTemplate, WithdrawAgentTemplate, ListPlatformAgentTemplates, ListAgentTemplates, GetAgentTemplate],
  ...[CreateAgentFromTemplate, DiffAgentTemplate, UpgradeAgentFromTemplate],
];

const tokens = [
  ...[IssueAgentToken, ExchangeAgentToken, ListAgentTokens, RevokeAgentToken, AgentsIssueToken, GetAgentTokenBudget],
  GrantAgentToken,
];
const stops = [SetAgentStop, GetAgentStop];
const prices = [PublishPriceBook, GetPriceBook];
const completions = [CreateChatCompletion, ListCompletions, GetCompletion];
const conversations = [
  ...[CreateConversation, GetConversation, ListConversations, ListConversationMessages, LinkConversationSubjects],
  ...[CloseConversation, DeleteConversation, GetConversationRetention, ReplaceConversationRetention],
  ...[HoldConversations, OnLegalHoldPlaced, OnLegalHoldReleased, OnLegalHoldRenewed],
];
const runs = [ListAgentRuns, GetAgentRun, GiveRunFeedback, ListRunFeedback];
const events = [OnAgentEvents, ListAgentEvents, StreamAgentEvents];
const subjects = [PlanAgentSubject, CollectAgentSubject, EraseAgentSubject];
const accesses = [ListAgentAccesses, EndAgentAccess];
const spend = [GetAgentSpend, GetPlatformAgents];
const tools = [ListAgentTools, CallAgentTool, Mcp];
const toolApis = [PutToolApi, ListToolApis, DeleteToolApi, ReplaceToolHosts, GetToolHosts];
const offeredApis = [OfferToolApi, ListOfferedToolApis, WithdrawToolApi];
const approvals = [ListAgentApprovals, ApproveAgentCall, RefuseAgentCall];
const guardrails = [GetGuardrails, ReplaceGuardrails, TestGuardrails, ListGuardrailDecisions, CountGuardrailDecisions];
const guardrailWebhooks = [PutGuardrailWebhook, ListGuardrailWebhooks, DeleteGuardrailWebhook];
const guardrailAlerts = [PutGuardrailAlert, ListGuardrailAlerts, DeleteGuardrailAlert, OnGuardrailDecided];
const schedules = [
  ...[EveryMinuteMailGuardrailAlerts, EveryHourSweep, Every3sEndOrphans, Every10sSettleCompletions],
  ...[Every10sSettleToolCharges, Every10sEndReservations, Every10MinutesForget, EveryHourPruneEvents],
];

/** AI agents and what they may do: a table of contents. */
@Module({
  controllers: [
    ...registry,
    ...versions,
    ...templates,
    ...tokens,
    ...stops,
    ...tools,
    ...toolApis,
    ...offeredApis,
    ...approvals,
    ...prices,
    ...modelHandlers,
    ...completions,
    ...conversations,
    ...runs,
    ...events,
    ...spend,
    ...subjects,
    ...accesses,
    ...guardrails,
    ...guardrailWebhooks,
    ...guardrailAlerts,
    ...schedules,
  ],
  providers: [
    ...[ChangeAgentStatus, Templates, ConfigsInForce, NamedThings, Approvals],
    ...[TokenDesk, TokenAllowances, TokenReservations],
    ...[Toolbox, ToolCaller, ToolGuards, PerformTool, ToolLog, ToolCharges, CallAsAgent, McpServer],
    ...[ToolApis, SaveToolApi, CallToolApi, ApiDisclosures],
    ...[ModelCatalog, ModelProviders, ModelCalls, ModelAdmission],
    ...[CompletionRuns, Asking, Spending, LeftBehind, Settlements, CallBeginnings, CallEndings, ThisProcess],
    ...[ConversationSeal, Turns, EventFeed, SubjectSeeker],
    ...[TenantGuardrails, GuardedTools, OwnValueFilters, DecisionMetrics, HealthDataGate],
    ...[AskWebhook, GuardrailWebhooks, JudgeTexts, WebhookDisclosures, ToolWebhooks],
  ],
})
export class AgentsModule {}

export const agentsService = defineService({
  name: 'agents',
  module: AgentsModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['directory', 'sweep', 'completions', 'retention', 'events', 'overview', 'alerts'],
  buckets: ['agents', 'agent_tokens', 'agent_stops', 'agent_revocations'],
  watches: ['tenants', 'members', 'revocations', 'entitlements', 'agents', 'agreements'],
  calls: [holdSpending, splitSpending, settleSpending, settleSpendings, readOwnValues] as readonly Operation[],
  maxStreams: 2_000, // answers of models and events: most of them wait, and hold a page at most
  settings: AgentsSettings,
  refill,
});
