export { Archive, type Archived } from './archive/archive.js';
export * from './bus/log.js';
export { Bus, connectBus, type BusChange, type BusOptions } from './bus/bus.js';
export { Presence } from './bus/presence.js';
export { answerSubject, EVENTS_STREAM, inboxPrefix, parseEventSubject } from './bus/subjects.js';
export { createContextKey, ContextKeys, type ContextJwk } from './context/keys.js';
export { ContextSigner } from './context/signer.js';
export { type Standing, type StandingChange } from './context/standing.js';
export { AGENTS, ContextVerifier, GATEWAY, isAgentTool, type ContextVerifierOptions } from './context/verifier.js';
export {
  defineService,
  type BucketName,
  type Projection,
  type ServiceDefinition,
} from './definition/define-service.js';
export { HandlerTable, type Registered } from './definition/handler-table.js';
export { Handles } from './definition/handles.js';
export { consumersOf, handlersOf } from './definition/handlers-of.js';
export type { BatchReaction, HandlerFacts, Reaction, Schedule } from './definition/patterns.js';
export { Every, On, OnBatch } from './definition/reacts.js';
export { Directories, standingOf } from './directory/directories.js';
export { Directory, type DirectoryOptions, type EntryChanged } from './directory/directory.js';
export * from './directory/agreements.js';
export * from './directory/entitlements.js';
export * from './directory/quotas.js';
export * from './directory/entries.js';
export { assertMayExport } from './directory/may-export.js';
export type { EventContext, EventMeta, ReceivedEvent } from './events/event.js';
export { replayFailedEvents, type ReplayOptions } from './events/failed-events.js';
export { rebuildStream, refillBuckets } from './events/rebuild.js';
export { Reactor, type PlaceOf, type ReactorOptions } from './events/reactor.js';
export { Relay, type RelayOptions } from './events/relay.js';
export { AccessLog } from './pipeline/access-log.js';
export {
  OperationPipeline,
  type IncomingCall,
  type OperationHandler,
  type PipelineOptions,
} from './pipeline/pipeline.js';
export { LedgerStream, type LedgerRange, type LedgerRecord } from './ledger/ledger-stream.js';
export { natsPermissions, type NatsPermissions } from './provision/permissions.js';
export { provisionNats, type ProvisionOptions } from './provision/provision.js';
export { RpcClient, type CallHeaders, type RpcClientOptions, type StreamOptions } from './rpc/client.js';
export { toRawReply, type Answer, type RawReply } from './rpc/reply.js';
export { printRequestFacts } from './rpc/request-facts.js';
export { NatsStrategy, type StrategyOptions } from './rpc/strategy.js';
