import {
  createAgent,
  draftAgentVersion,
  publishAgentVersion,
  type Agent,
  type AgentConfig,
  type NewAgentToken,
  type Operation,
  type AgentVersion,
} from '@tenantry/contracts';
import { decodeJwt, type JWTPayload } from 'jose';
import { newId, type Clock, type TenantContext } from '@tenantry/kernel';
import { ContextSigner, RpcClient, type CallHeaders, type RawReply } from '@tenantry/messaging';
import { Mailer, MailSettings, OutboundHttp, type Mail } from '@tenantry/service';
import { TestIssuers, tenantsOnRealPostgres, type Tenants, type TestTenant } from '@tenantry/testing';
import { agentsService } from './agents.module.js';
import { AgentsSettings } from './config.js';

/** The agents service on a real Postgres, with tenants A and B, whose plans include every model and tool. */
export function agentsOnRealPostgres(
  options: { readonly clock?: Clock; readonly services?: OtherServices; readonly networks?: readonly string[] } = {},
): Tenants {
  const settings = { provide: AgentsSettings, useValue: new AgentsSettings({}) };
  const signer = {
    provide: ContextSigner,
    useFactory: async () => (await TestIssuers.create(['agents'])).signer('agents'),
  };
  const services = { provide: RpcClient, useValue: options.services ?? new OtherServices() };
  const outbound = { provide: OutboundHttp, useValue: new OutboundHttp({ networks: options.networks ?? [] }) };
  const mailer = { provide: Mailer, useValue: new KeptMailer() };
  const providers = [settings, signer, services, outbound, mailer];
  const t = tenantsOnRealPostgres(agentsService, { ...options, providers });
  beforeEach(() => [t.a, t.b].forEach(({ id }) => include(t, id, ['models', 'tools'])));
  return t;
}

/** Keeps mails instead of sending them; as long as it is told to, it refuses them. */
export class KeptMailer extends Mailer {
  readonly sent: Mail[] = [];
  isDown = false;
  constructor() {
    super(new MailSettings({}));
  }
  override send(mail: Mail): Promise<void> {
    if (this.isDown) return Promise.reject(new Error('the mail server is down'));
    this.sent.push(mail);
    return Promise.resolve();
  }
}

/** The other services, as an agent's tools see them: what they were asked, and the answers that a test gives. */
export class OtherServices implements Pick<RpcClient, 'forward'> {
  readonly calls: { readonly operation: string; readonly input: unknown; readonly ctx: JWTPayload }[] = [];
  answer: Partial<RawReply> = {};

  forward({ name }: Operation, payload: Uint8Array, headers: CallHeaders): Promise<RawReply> {
    const input: unknown = JSON.parse(Buffer.from(payload).toString());
    this.calls.push({ operation: name, input, ctx: decodeJwt(headers.context) });
    const reply = { payload: Buffer.from('{"data":[]}'), fault: null, status: null, headers: null, body: null };
    return Promise.resolve({ ...reply, ...this.answer });
  }
}

let entitlementsVersion = 0;

/** Says what a tenant's plan includes, as billing does. */
export function include({ bus }: Tenants, tenantId: string, features: readonly string[]): void {
  const plan = Object.fromEntries(features.map((name) => [name, { kind: 'boolean' as const, enabled: true }]));
  bus.directories.entitlements.put(tenantId, { version: ++entitlementsVersion, plan, overrides: {} });
}

/** A member with a role. */
export function member(role = 'owner', id = newId()): Partial<TenantContext> {
  return { actor: { kind: 'user', id, role } };
}

/** A new agent of a tenant. */
export function newAgent(tenant: TestTenant): Promise<Agent> {
  return tenant.call(createAgent, { name: tenant.canary() }, member());
}

/** A configuration; what is not given is as little as possible. */
export function config(more: Partial<AgentConfig> = {}): AgentConfig {
  return {
    ...{ model: 'small-1', fallbackModels: [], tools: [], permissions: [], data: [], dataClasses: [] },
    ...{ guardrails: [], budgetIds: [], locationIds: [] },
    ...more,
  };
}

/** A new draft of an agent. */
export function draft(tenant: TestTenant, agentId: string, more: Partial<AgentConfig> = {}): Promise<AgentVersion> {
  return tenant.call(draftAgentVersion, { agentId, config: config(more) });
}

/** Drafts and publishes. */
export async function publish(tenant: TestTenant, agentId: string, more: Partial<AgentConfig> = {}): Promise<Agent> {
  const { number } = await draft(tenant, agentId, more);
  return tenant.call(publishAgentVersion, { agentId, number });
}

/** The newest value of a directory entry, as the relay would put it. */
export async function entryOf<T>({ database }: Tenants, bucket: string, key: string): Promise<T | null | undefined> {
  const [row] = await database.admin<{ payload: { value: T | null } }>(
    `select payload from agents.outbox where kind = 'directory' and subject = $1 order by position desc limit 1`,
    [`${bucket}.${key}`],
  );
  return row?.payload.value;
}

/** What the relay would do: the directories follow the outbox. */
export async function relay({ bus, database }: Tenants): Promise<void> {
  const rows = await database.admin<{ bucket: string; key: string; payload: { version: number; value: object } }>(
    `select split_part(subject, '.', 1) as bucket, split_part(subject, '.', 2) as key, payload from agents.outbox
     where kind = 'directory' order by position`,
  );
  const { agents, agentTokens, agentStops, agentRevocations } = bus.directories;
  const buckets = { agents, agent_tokens: agentTokens, agent_stops: agentStops, agent_revocations: agentRevocations };
  for (const { bucket, key, payload } of rows)
    buckets[bucket as keyof typeof buckets].put(key, { ...payload.value, version: payload.version } as never);
}

/** A new agent with a published configuration, which every process knows. */
export async function liveAgent(t: Tenants, tenant: TestTenant, more: Partial<AgentConfig> = {}): Promise<Agent> {
  const { id } = await newAgent(tenant);
  const agent = await publish(tenant, id, more);
  await relay(t);
  return agent;
}

let membersVersion = 0;

/** Makes somebody a member, as identity does. */
export function join({ bus }: Tenants, tenantId: string, role = 'owner', userId = newId()): Partial<TenantContext> {
  const entry = { status: 'active' as const, platformRole: null, memberships: [{ tenantId, role }] };
  bus.directories.members.put(userId, { version: ++membersVersion, ...entry });
  return member(role, userId);
}

/** What the gateway makes of a token that an agent shows. */
export function asAgent(token: NewAgentToken, more: Partial<TenantContext> = {}): Partial<TenantContext> {
  const { id, agentId, onBehalfOf = null, locationId = null, permissions } = token;
  return {
    actor: { kind: 'agent', id: agentId, role: onBehalfOf === null ? null : 'owner' },
    ...{ agentId, onBehalfOf, locationId, permissions, credentialId: id },
    ...more,
  };
}
