// The servers alone, for who needs no services on top of them: tests, benchmarks.
export { findNatsServer, type NatsServerBinary } from './nats/find-nats-server.js';
export { startNats, type RunningNats } from './nats/start-nats.js';
export { startPostgres, type EmbeddedPostgres, type PostgresOptions } from './postgres/embedded-postgres.js';
export { freePort } from './process/free-port.js';
