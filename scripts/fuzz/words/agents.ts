import fc from 'fast-check';
import { absent, is, type Words } from './word.js';

/** Prices of models; no two of one model. */
const prices = fc.uniqueArray(
  fc.record({
    model: fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/),
    provider: is('acme'),
    contextTokens: fc.integer({ min: 1_000, max: 2_000_000 }),
    maxOutputTokens: fc.integer({ min: 1, max: 1_000 }),
    input: is('0.15', '0', '3'),
    output: is('0.60', '15.000000001'),
  }),
  { minLength: 1, maxLength: 5, selector: ({ model }) => model },
);

/** Guardrails; no two of one name. */
const guardrails = fc.uniqueArray(
  fc.record({ name: fc.stringMatching(/^[a-z]{1,20}$/), kind: is('secrets', 'injection'), mode: is('shadow', 'off') }),
  { maxLength: 3, selector: ({ name }) => name },
);

/** An API that is described well enough to be one. */
const openApi = {
  openapi: '3.1.0',
  paths: {
    '/orders/{id}': { get: { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] } },
  },
};

/** Of agents and what is said to models. */
export const agentWords: Words = {
  agents: {
    name: is('{{fresh.text}}'),
    ownerId: is('{{member.userId}}'),
    agentId: is('{{agent.id}}'),
    conversationId: is('{{conversation.id}}'),
    runId: is('{{completion.id}}'),
    userId: absent,
    number: is(1),
    from: is(1),
    to: is(1),
  },
  AgentConfig: {
    tools: is([], [{ name: 'select_rows', needsApproval: false }]),
    permissions: is([], ['rows.read'], ['meters.*', 'rows.read']),
    data: is([], [{ table: 'tickets', actions: ['select'], columns: [] }]),
    guardrails: is([]),
    budgetIds: is([]),
    locationIds: is([]),
  },
  PublishAgentVersionRequest: { agentId: is('{{draftedAgent.id}}') },
  GetAgentVersionRequest: { agentId: is('{{draftedAgent.id}}') },
  DiffAgentVersionsRequest: { agentId: is('{{draftedAgent.id}}') },
  IssueAgentTokenRequest: {
    agentId: is('{{liveAgent.id}}'),
    permissions: is([], ['rows.read']),
    onBehalfOf: absent,
    budget: is('0.50', '100.000000001'),
  },
  GrantAgentTokenRequest: { client_id: is('{{liveAgent.id}}'), resource: absent, on_behalf_of: absent },
  AgentsIssueTokenRequest: { agent_id: is('{{liveAgent.id}}'), on_behalf_of: absent },
  GetAgentTokenBudgetRequest: { agentId: is('{{budgetedToken.agentId}}'), tokenId: is('{{budgetedToken.id}}') },
  ExchangeAgentTokenRequest: { budget: absent },
  RevokeAgentTokenRequest: { agentId: is('{{agentToken.agentId}}'), tokenId: is('{{agentToken.id}}') },
  SetAgentStopRequest: { stopped: is(false) },
  SetPlatformAgentStopRequest: { stopped: is(false) },
  RollBackAgentRequest: { agentId: is('{{rolledOutAgent.id}}') },
  CreateChatCompletionRequest: {
    ...{ model: is('local-rules'), user: is('{{spender.tenantId}}'), stream: absent, stream_options: absent },
    ...{
      tools: absent,
      tool_choice: absent,
      response_format: absent,
      stop: absent,
      store: is(false),
      metadata: absent,
    },
  },
  ChatInputMessage: { role: is('user', 'system'), content: fc.string(), tool_calls: absent, tool_call_id: absent },
  ReplaceGuardrailsRequest: { guardrails },
  PutGuardrailWebhookRequest: {
    ...{ name: is('first', 'second'), url: is('https://192.0.2.1/x'), mode: is('shadow'), timeoutMs: is(50) },
    cost: is('0.01', '0.000000001'),
  },
  PutGuardrailAlertRequest: { name: is('first', 'second') },
  DeleteGuardrailAlertRequest: { name: is('{{guardrailAlert.name}}') },
  DeleteGuardrailWebhookRequest: { name: is('{{guardrailWebhook.name}}') },
  CallAgentToolRequest: { runId: absent },
  GetCompletionRequest: { completionId: is('{{completion.id}}') },
  ListCompletionsRequest: { agentId: absent },
  PublishPriceBookRequest: { models: prices },
  GetModelRequest: { model: is('local-rules') },
  GetPriceBookRequest: { version: is('current', '{{priceBook.version}}') },
  PutModelProviderRequest: { name: is('acme', 'beta-2'), baseUrl: is('https://models.example/v1') },
  PutProviderKeyRequest: { provider: is('acme', 'beta-2') },
  PublishAgentTemplateRequest: { name: is('support', 'sales-2') },
  WithdrawAgentTemplateRequest: { name: is('{{agentTemplate.name}}') },
  GetAgentTemplateRequest: { name: is('{{agentTemplate.name}}'), version: is(1) },
  CreateAgentFromTemplateRequest: { name: is('{{agentTemplate.name}}'), agentName: is('{{fresh.text}}') },
  DiffAgentTemplateRequest: { agentId: is('{{outdatedAgent.id}}') },
  UpgradeAgentFromTemplateRequest: { agentId: is('{{outdatedAgent.id}}'), take: absent },
  ToolApiDefinition: {
    ...{ baseUrl: is('https://{{toolHost.host}}/v1'), document: is(openApi), operations: absent },
    credential: is({ kind: 'none' }, { kind: 'bearer', secret: 'x' }),
  },
  PutToolApiRequest: { name: is('shop', 'mine') },
  OfferToolApiRequest: { name: is('offered_shop') },
  DeleteToolApiRequest: { name: is('{{toolApi.name}}') },
  WithdrawToolApiRequest: { name: is('{{offeredToolApi.name}}') },
  ReplaceToolHostsRequest: { hosts: is(['orders.example.com'], ['orders.example.com', 'a.example:8443']) },
  DeleteProviderKeyRequest: { provider: is('{{providerKey.provider}}') },
};
