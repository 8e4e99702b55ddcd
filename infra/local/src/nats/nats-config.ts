import type { NatsPermissions } from '@tenantry/messaging';

export interface NatsConfig {
  readonly port: number;
  readonly storeDir: string;
  /** The user that creates streams, consumers and buckets; used at boot only. */
  readonly adminNkey: string;
  readonly users: readonly { readonly service: string; readonly nkey: string; readonly permissions: NatsPermissions }[];
  /** Every message reaches the disk before it is acknowledged; servers before 2.10 do not know the setting. */
  readonly syncAlways: boolean;
  /** Answers /healthz there, on the loopback interface. */
  readonly monitorPort?: number;
  /** The other servers of its cluster; none: it is alone. */
  readonly cluster?: NatsCluster;
  /** For a server that others on a network reach; default is the loopback interface. */
  readonly host?: string;
}

/** How servers of one cluster find and trust each other. */
export interface NatsCluster {
  /** Another one for each server. */
  readonly serverName: string;
  /** Where this server listens for the others, on the loopback interface. */
  readonly port: number;
  /** Where all of them listen. */
  readonly ports: readonly number[];
  readonly password: string;
}

/** What a message must have room for: a body of 1 MiB in base64, and a page of rows. */
export const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

/** Prints the users alone, for a server that somebody else runs. */
export function printNatsUsers({ adminNkey, users }: Pick<NatsConfig, 'adminNkey' | 'users'>): string {
  const printed = users.map(({ service, nkey, permissions: { publish, subscribe } }) => {
    const rights = { publish, subscribe };
    return `    # ${service}\n    { nkey: ${nkey}, permissions: ${JSON.stringify(rights)} }`;
  });
  return ['authorization {', '  users: [', `    # boot\n    { nkey: ${adminNkey} }`, ...printed, '  ]', '}', ''].join(
    '\n',
  );
}

/** Prints a nats-server configuration: one user a service, each with no more than its permissions. */
export function printNatsConfig(config: NatsConfig): string {
  return [
    `listen: "${config.host ?? '127.0.0.1'}:${config.port}"`,
    ...(config.monitorPort ? [`http: "127.0.0.1:${config.monitorPort}"`] : []),
    `server_name: ${config.cluster?.serverName ?? 'tenantry'}`,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    `jetstream { store_dir: ${JSON.stringify(config.storeDir)}${config.syncAlways ? ', sync_interval: always' : ''} }`,
    ...(config.cluster ? [printCluster(config.cluster)] : []),
    printNatsUsers(config),
  ].join('\n');
}

function printCluster({ port, ports, password }: NatsCluster): string {
  const routes = ports.map((one) =>
    JSON.stringify(`nats-route://tenantry:${encodeURIComponent(password)}@127.0.0.1:${one}`),
  );
  return [
    'cluster {',
    '  name: tenantry',
    `  listen: "127.0.0.1:${port}"`,
    `  authorization { user: tenantry, password: ${JSON.stringify(password)} }`,
    `  routes: [${routes.join(', ')}]`,
    '}',
  ].join('\n');
}
