import { Cells } from './cells.js';
import { type ControlDatabase, PostgresControlDatabase } from './control-database.js';
import { assertSafeLogin } from './doctor/safe-login.js';
import { HOME_CELL } from './home-cell.js';
import { type PersonDatabase, PostgresPersonDatabase } from './person-database.js';
import { PostgresTenantDatabase, type TenantDatabase } from './tenant-database.js';
import { type KeyEncryption, MasterKey } from './vault/key-encryption.js';
import { PostgresSubjectVault } from './vault/postgres-subject-vault.js';
import { PostgresVault } from './vault/postgres-vault.js';
import { subjectKeysUrl } from './vault/subject-keys-url.js';
import type { SubjectVault } from './vault/subject-vault.js';
import type { Vault } from './vault/vault.js';

/** One statement or transaction, for tracing and metrics. Never carries values. */
export interface DatabaseWork {
  readonly door: 'tenant' | 'person' | 'control';
  readonly kind: 'query' | 'transaction' | 'stream';
  readonly tenantId: string | null;
  /** The statement's text with placeholders; null for a transaction. */
  readonly text: string | null;
}

/** Told when work starts; the function it answers is told when it has ended, with the error if it failed. */
export type Observe = (work: DatabaseWork) => (error?: unknown) => void;

export interface DoorOptions {
  /** The home cell's database; the login is `<service>_service`. */
  readonly url: string;
  readonly service: string;
  /** Further cells: name → URL. */
  readonly cells?: Readonly<Record<string, string>>;
  /** The database of the data subjects' keys, with the same login; beside the home cell's, on its server, unless it is given. */
  readonly subjectKeysUrl?: string;
  /** For each cell, besides two for keys. Default 10. */
  readonly maxConnections?: number;
  /** Default 15,000. */
  readonly statementTimeoutMs?: number;
  /** How long an open transaction may do nothing before Postgres ends it. Default 10,000. */
  readonly idleInTransactionTimeoutMs?: number;
  /** How long a caller waits for a free connection. Default 5,000. */
  readonly acquireTimeoutMs?: number;
  /** 32 bytes; without it the vault refuses to work. */
  readonly masterKey?: Uint8Array;
  /** The one before or the one to come, while the master key is being changed: it opens, and wraps nothing. */
  readonly otherMasterKey?: Uint8Array;
  /** What wraps the tenants' keys instead of a master key, and what opens them besides: the first one wraps. */
  readonly keyEncryptions?: readonly KeyEncryption[];
  readonly observe?: Observe;
  /** A relay runs in this process, and is woken by what it commits: Postgres need not notify it. */
  readonly hasRelay?: boolean;
}

/** A service's whole access to Postgres. */
export interface Doors {
  readonly tenants: TenantDatabase;
  readonly persons: PersonDatabase;
  readonly control: ControlDatabase;
  readonly vault: Vault;
  readonly subjects: SubjectVault;
  /** Refuses a login that could step around row-level security. Called at boot, on every cell. */
  assertSafeLogin(): Promise<void>;
  /** Waits for work in flight, then closes every connection. */
  close(): Promise<void>;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const KEY_CONNECTIONS = 2;

/** Opens a service's doors. Connects on first use. */
export function openDoors(options: DoorOptions): Doors {
  const { service, observe } = options;
  const cells = openCells(options, options.maxConnections ?? 10);
  // Keys are asked for within transactions: were they read on the same connections, as many transactions as there are
  // connections would wait for one another.
  const keyCells = openCells(options, KEY_CONNECTIONS);
  const subjectKeys = openSubjectKeys(options);
  const vault = new PostgresVault(keyCells, keyEncryptionsOf(options));
  const parts = { service, cells, observe };
  return {
    tenants: new PostgresTenantDatabase(parts),
    persons: new PostgresPersonDatabase(parts),
    control: new PostgresControlDatabase(parts),
    vault,
    subjects: new PostgresSubjectVault(vault, subjectKeys.home),
    assertSafeLogin: () => assertSafeLogin(cells),
    close: async () => void (await Promise.all([cells.close(), keyCells.close(), subjectKeys.close()])),
  };
}

function openCells({ url, service, ...options }: DoorOptions, maxConnections: number): Cells {
  return new Cells(
    { ...options.cells, [HOME_CELL]: url },
    {
      name: service,
      maxConnections,
      acquireTimeoutMs: options.acquireTimeoutMs ?? 5 * SECOND_MS,
      connectTimeoutMs: 10 * SECOND_MS,
      maxAgeMs: 30 * MINUTE_MS,
      maxUses: 50_000,
      maxIdleMs: MINUTE_MS,
      statements: 500,
      settings: {
        // One flight without `begin` is a read; whatever writes says so.
        default_transaction_read_only: 'on',
        search_path: service,
        ...(options.hasRelay ? { 'app.relay': 'near' } : {}),
        statement_timeout: String(options.statementTimeoutMs ?? 15 * SECOND_MS),
        idle_in_transaction_session_timeout: String(options.idleInTransactionTimeoutMs ?? 10 * SECOND_MS),
      },
    },
  );
}

function openSubjectKeys({ cells: _, ...options }: DoorOptions): Cells {
  const url = options.subjectKeysUrl ?? subjectKeysUrl(options.url);
  return openCells({ ...options, url }, KEY_CONNECTIONS);
}

function keyEncryptionsOf({ masterKey, otherMasterKey, keyEncryptions }: DoorOptions): readonly KeyEncryption[] {
  if (keyEncryptions) return keyEncryptions;
  const others = otherMasterKey ? [new MasterKey(otherMasterKey)] : [];
  return masterKey ? [new MasterKey(masterKey), ...others] : [];
}
