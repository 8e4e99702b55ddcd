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
  /** For a server that others on a network reach; default is the loopback interface. */
  readonly host?: string;
}

/** What a message must have room for: a body of 1 MiB in base64, and a page of rows. */
export const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

/** Prints the users alone, for a server that somebody else runs. */
export function printNatsUsers({ adminNkey, users }: Pick<NatsConfig, 'adminNkey' | 'users'>): string {
  const printed = users.map(({ service, nkey, permissions: { publish, subscribe, allowResponses } }) => {
    const rights = { publish, subscribe, allow_responses: allowResponses };
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
    'server_name: tenantry',
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    `jetstream { store_dir: ${JSON.stringify(config.storeDir)}${config.syncAlways ? ', sync_interval: always' : ''} }`,
    printNatsUsers(config),
  ].join('\n');
}
