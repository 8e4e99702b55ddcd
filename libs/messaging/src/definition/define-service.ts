import type { DynamicModule, Type } from '@nestjs/common';
import type { Operation } from '@tenantry/contracts';
import type { Doors, ServiceSchema } from '@tenantry/database';

/** One directory entry as a service refills its buckets from Postgres. */
export interface Projection {
  readonly bucket: BucketName;
  readonly key: string;
  /** Null removes the entry. */
  readonly value: object | null;
  readonly version: bigint | number;
}

/** The directories: what each holds is in `directory/entries.ts`. */
export const bucketNames = [
  'tenants',
  'members',
  'keys',
  'revocations',
  'policies',
  'entitlements',
  'agents',
  'agent_tokens',
  'agent_stops',
  'agent_revocations',
  'grants',
  'agreements',
] as const;

export type BucketName = (typeof bucketNames)[number];

/** Buckets whose keys are written once; see `archive/archive.ts`. */
export type ArchiveName = 'audit_anchors';

/** Everything about a service that somebody besides itself must know. */
export interface ServiceDefinition {
  readonly name: string;
  /** The service's one Nest module; its controllers say what it answers and reacts to. */
  readonly module: Type | DynamicModule;
  readonly migrations: URL | null;
  /** Control jobs besides the relay; each becomes the role `<name>_<job>`. */
  readonly jobs: readonly string[];
  /** What the schema's owner may do beyond its schema; see ServiceSchema. */
  readonly ownerMay: NonNullable<ServiceSchema['ownerMay']>;
  /** What it does with the keys of data subjects; see ServiceSchema. */
  readonly subjectKeys?: ServiceSchema['subjectKeys'];
  /** Directories that only this service's relay writes. */
  readonly buckets: readonly BucketName[];
  readonly watches: readonly BucketName[];
  /** Whether it keeps a ledger of its own outside Postgres; see `LedgerStream`. */
  readonly ledger: boolean;
  /** Write-once buckets that only this service writes. */
  readonly archives: readonly ArchiveName[];
  /** Operations of other services that it calls. */
  readonly calls: readonly Operation[];
  /** Streams that one process serves at the same time; 256 unless it says otherwise. */
  readonly maxStreams?: number;
  /** Every entry of its buckets, from Postgres: what fills a new or lost bucket. */
  readonly refill?: (doors: Doors) => AsyncIterable<Projection>;
}

/** Who asks whether a credential was revoked, asks the same about agents: nobody can forget it. */
const AGENT_STANDING: readonly BucketName[] = ['agent_stops', 'agent_revocations'];

/** Declares a service; only the name and the module are needed. */
export function defineService(
  declared: Pick<ServiceDefinition, 'name' | 'module'> & Partial<ServiceDefinition>,
): ServiceDefinition {
  const { watches = [] } = declared;
  return {
    ...{ migrations: null, jobs: [], ownerMay: [], buckets: [], archives: [], calls: [], ledger: false, ...declared },
    watches: watches.includes('revocations') ? [...new Set([...watches, ...AGENT_STANDING])] : watches,
  };
}
