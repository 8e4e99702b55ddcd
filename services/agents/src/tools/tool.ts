import type { Operation } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import type { AgentEntry } from '@tenantry/messaging';
import type { HttpRequest } from '../http-tools/http-tool.js';
import type { ApiTool } from '../http-tools/tool-apis.js';

/** JSON Schema (2020-12) of a tool's arguments. */
export type InputSchema = Record<string, unknown>;

/** The arguments that a model gives. */
export type Arguments = Readonly<Record<string, unknown>>;

/** What an agent and its caller are, for deciding what a call becomes. */
export interface Calling {
  readonly ctx: TenantContext;
  readonly agent: AgentEntry;
}

/** A call of a service that a tool's arguments became. */
export interface PlannedOperation {
  readonly operation: Operation;
  /** The operation's input as JSON. */
  readonly input: object;
}

/** A call of an API that a tool's arguments became. */
export interface PlannedRequest {
  readonly apiTool: ApiTool;
  readonly request: HttpRequest;
}

export type Planned = PlannedOperation | PlannedRequest;

/** Something that a model may ask for. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly writes: boolean;
  /** The permission that it takes. */
  readonly permission: string;
  /** Whether it calls an API beyond this platform. */
  readonly isExternal?: boolean;
  /** Arguments that stand for the tenant, besides those that always do. */
  readonly tenantNames?: readonly string[];
  /** Without whatever names a tenant; what it names can depend on the agent. */
  schemaFor(agent: AgentEntry | null): InputSchema;
  /** @throws Fault `invalid-input` naming the argument, or `agent-refused` */
  plan(given: Arguments, calling: Calling): Planned;
}
