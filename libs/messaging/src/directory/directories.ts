import { inTime, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import type { Standing } from '../context/standing.js';
import { bucketNames, type BucketName } from '../definition/define-service.js';
import { Directory } from './directory.js';
import type {
  AgentEntry,
  AgentStopEntry,
  AgentTokenEntry,
  AgreementsEntry,
  DirectoryEntry,
  EntitlementsEntry,
  GrantEntry,
  KeyEntry,
  MemberEntry,
  PolicyEntry,
  RevocationEntry,
  TenantEntry,
} from './entries.js';

interface Buckets {
  readonly tenants: Directory<TenantEntry>;
  readonly members: Directory<MemberEntry>;
  readonly keys: Directory<KeyEntry>;
  readonly revocations: Directory<RevocationEntry>;
  readonly policies: Directory<PolicyEntry>;
  readonly entitlements: Directory<EntitlementsEntry>;
  readonly agents: Directory<AgentEntry>;
  readonly agent_tokens: Directory<AgentTokenEntry>;
  readonly agent_stops: Directory<AgentStopEntry>;
  readonly agent_revocations: Directory<RevocationEntry>;
  readonly grants: Directory<GrantEntry>;
  readonly agreements: Directory<AgreementsEntry>;
}

const SETTLE_MS = 500;
const COMPLETE_TIMEOUT_MS = 30_000;

/** Their entries say when they no longer matter. */
const PASSING: readonly BucketName[] = ['revocations', 'agent_tokens', 'agent_revocations'];

const isOver = (entry: DirectoryEntry, nowMs: number): boolean =>
  Date.parse((entry as RevocationEntry).expiresAt) < nowMs;

/** The directories that a service watches. Asking for another one is a bug and throws. */
export class Directories {
  private constructor(private readonly watched: ReadonlyMap<BucketName, Directory<DirectoryEntry>>) {}

  static watch(bus: Bus, watches: readonly BucketName[], log: Log): Directories {
    const open = (name: BucketName): Directory<DirectoryEntry> =>
      Directory.watch(bus, name, undefined, { log, ...(PASSING.includes(name) ? { isOver } : {}) });
    return new Directories(new Map(watches.map((name) => [name, open(name)])));
  }

  /** Directories that follow nothing, complete from the start; for tests. */
  static inMemory(names: readonly BucketName[] = bucketNames): Directories {
    const directories = new Map(names.map((name) => [name, new Directory<DirectoryEntry>()]));
    for (const directory of directories.values()) directory.settle();
    return new Directories(directories);
  }

  get tenants(): Directory<TenantEntry> {
    return this.of('tenants');
  }
  get members(): Directory<MemberEntry> {
    return this.of('members');
  }
  get keys(): Directory<KeyEntry> {
    return this.of('keys');
  }
  get revocations(): Directory<RevocationEntry> {
    return this.of('revocations');
  }
  get policies(): Directory<PolicyEntry> {
    return this.of('policies');
  }
  get entitlements(): Directory<EntitlementsEntry> {
    return this.of('entitlements');
  }
  get agents(): Directory<AgentEntry> {
    return this.of('agents');
  }
  get agentTokens(): Directory<AgentTokenEntry> {
    return this.of('agent_tokens');
  }
  get agentStops(): Directory<AgentStopEntry> {
    return this.of('agent_stops');
  }
  get agentRevocations(): Directory<RevocationEntry> {
    return this.of('agent_revocations');
  }

  get grants(): Directory<GrantEntry> {
    return this.of('grants');
  }
  get agreements(): Directory<AgreementsEntry> {
    return this.of('agreements');
  }

  has(name: BucketName): boolean {
    return this.watched.has(name);
  }

  /** Settles when every directory is complete. @throws Error naming those that are not in time */
  async ready(timeoutMs = COMPLETE_TIMEOUT_MS): Promise<void> {
    const all = Promise.all([...this.watched.values()].map((directory) => directory.ready));
    await inTime(all, timeoutMs, () => {
      const names = this.stale(Number.POSITIVE_INFINITY).join(', ');
      return new Error(`NATS did not tell all of ${names} within ${timeoutMs / 1_000} s`);
    });
  }

  /** The directories whose word may be old. */
  stale(maxSilenceMs: number): BucketName[] {
    return [...this.watched].filter(([, directory]) => directory.isStale(maxSilenceMs)).map(([name]) => name);
  }

  close(): void {
    for (const directory of this.watched.values()) directory.close();
  }

  private of<N extends BucketName>(name: N): Buckets[N] {
    const directory = this.watched.get(name);
    if (!directory) throw new TypeError(`The directory ${name} is not among the service's \`watches\``);
    return directory as unknown as Buckets[N];
  }
}

/** What the directories of tenants, revocations and stopped agents say about a context, now. */
export function standingOf(directories: Directories): Standing {
  const { tenants, revocations, agentRevocations, agentStops } = directories;
  return {
    tenantStatus: (tenantId) => tenants.get(tenantId)?.status,
    isRevoked: (credentialId) =>
      revocations.get(credentialId) !== undefined || agentRevocations.get(credentialId) !== undefined,
    isStopped: (id) => agentStops.get(id)?.stopped ?? false,
    settle: ({ tenantId, agentId }) => {
      if (tenantId !== PLATFORM_TENANT_ID && !tenants.get(tenantId)) return tenants.waitForChange(tenantId, SETTLE_MS);
      if (agentId === null || !directories.has('agents') || directories.agents.get(agentId)?.publishedVersion) return;
      return directories.agents.waitForChange(agentId, SETTLE_MS);
    },
    onChange: (callback) => {
      const stops = [
        tenants.onChange((tenantId) => callback({ tenantId })),
        revocations.onChange((credentialId) => callback({ credentialId })),
        agentRevocations.onChange((credentialId) => callback({ credentialId })),
        agentStops.onChange((stopped) => callback({ stopped })),
      ];
      return () => stops.forEach((stop) => stop());
    },
  };
}
