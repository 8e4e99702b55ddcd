import {
  endAgentAccess,
  endMemberAccess,
  eraseEntryValues,
  eraseSubjectRows,
  findSubjectHolds,
  holdConversations,
  holdRows,
  type EraseSubjectRowsRequest,
  getTreeHead,
  type GivenAccess,
  letGoRows,
  listAgentAccesses,
  listMemberAccesses,
  measureTables,
  type Operation,
  type PersonPlace,
  planSubjectRows,
  proveChange,
  proveErasure,
  signStatement,
  type SubjectPlace,
} from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import type { RpcClient } from '@tenantry/messaging';
import { type Peer, peers } from './peers.js';

/** A table with rows of the person, as the data service plans it. */
export function ownPlace(table: string, rows: bigint): SubjectPlace {
  const column = (name: string, classification: string) => ({ name, classification, thirdParty: false });
  const columns = [column('id', 'none'), column('note', 'personal')];
  return { table, kind: 'own', rows, columns, via: ['id'], erase: 'delete', reason: null };
}

/** What is asked of whoever gave an access. */
interface Ending {
  readonly id: string;
  readonly role?: string | null;
}

const changeProof = {
  ...{ entryId: 'the entry', action: 'access.ended', occurredAt: new Date() },
  proof: {
    sequence: 8n,
    leafIndex: 7n,
    leafHash: 'a leaf',
    hashes: ['a hash'],
    checkpoint: { note: 'a later checkpoint' },
  },
};

async function* linesOf(rows: readonly object[]): AsyncGenerator<Uint8Array> {
  for (const row of rows) yield await Promise.resolve(Buffer.from(`${JSON.stringify(row)}\n`));
}

/** The other services, as a test wants them to answer: one table with the person's rows. */
export class Peers implements Pick<RpcClient, 'call' | 'download'> {
  places: SubjectPlace[] = [ownPlace('customers', 3n)];
  lines = [1, 2, 3].map((id) => `{"row":{"id":${id},"note":"n${id}"},"redacted":[]}\n`);
  /** How many lines come before the connection breaks. */
  breakAfter = Number.POSITIVE_INFINITY;
  /** How much the tables hold that somebody asks about. */
  measured: object = { tables: [], people: 0n };
  isDown = false;
  /** What Tenantry's own services have of a person, by service; one that is not here has nothing. */
  services: Readonly<Record<string, readonly PersonPlace[]>> = {};
  /** Services that do not answer. */
  silent: readonly string[] = [];
  /** What a service answers instead of erasing. */
  refusals: Readonly<Record<string, Fault>> = {};
  /** Which services were asked to erase, of whom, for whom. */
  readonly erasedBy: { service: string; tenantId: string; input: unknown }[] = [];
  /** What identity and agents say that people and programs may do, by tenant. */
  readonly accesses = new Map<string, readonly GivenAccess[]>();
  /** What they were asked to end; `refusals` of `identity` and `agents` are answered instead. */
  readonly ended: { readonly tenantId: string; readonly id: string; readonly role: string | null }[] = [];
  /** Whether the audit log has what happened already. */
  isLogged = true;
  /** Why the data service erases nothing. */
  refusal: Fault | null = null;
  /** What it was asked to erase, of whom. */
  readonly erased: (EraseSubjectRowsRequest & { tenantId: string })[] = [];
  /** The holds on the person's rows. */
  holdsOnRows: readonly string[] = [];
  /** Which rows it was asked to hold. */
  readonly held: unknown[] = [];
  /** Which it was asked to let go of. */
  readonly letGo: unknown[] = [];
  /** Which conversations the agents service was asked to hold. */
  readonly heldConversations: unknown[] = [];
  /** Why it holds none. */
  holdRefusal: Fault | null = null;
  private readonly heard: Readonly<Record<string, unknown[] | undefined>> = {
    [holdRows.name]: this.held,
    [letGoRows.name]: this.letGo,
    [holdConversations.name]: this.heldConversations,
  };

  call<I, O>(operation: Operation<I, O>, input: I, { tenantId }: Pick<TenantContext, 'tenantId'>): Promise<O> {
    if (this.isDown) return Promise.reject(new Fault('unavailable'));
    if (operation.name === eraseSubjectRows.name) {
      if (this.refusal) return Promise.reject(this.refusal);
      this.erased.push({ ...(input as unknown as EraseSubjectRowsRequest), tenantId });
    }
    if (operation.name === holdRows.name && this.holdRefusal) return Promise.reject(this.holdRefusal);
    this.heard[operation.name]?.push({ ...input, tenantId });
    const peer = peers.find(({ plan, erase }) => [plan, erase].some(({ name }) => name === operation.name));
    if (peer) return this.answer<O>(peer, operation.name, input, tenantId);
    if (operation.name === endMemberAccess.name || operation.name === endAgentAccess.name)
      return this.end<O>(operation.name, input as unknown as Ending, tenantId);
    if (operation.name === proveChange.name && !this.isLogged) return Promise.reject(new Fault('unavailable'));
    const now = new Date();
    const answers: Readonly<Record<string, object>> = {
      [planSubjectRows.name]: { places: this.places, shape: 'shape' },
      [eraseSubjectRows.name]: {
        places: [],
        rows: 3n,
        requestId: 'request',
        erasedAt: now,
        keysDestroyed: ['key-1'],
        keyCount: 1n,
      },
      [eraseEntryValues.name]: { entries: 3n, values: 3n, erasedAt: now },
      [proveErasure.name]: { leaf: '{}', proof: { leafIndex: 0n, hashes: [], checkpoint: { note: 'a note' } } },
      [getTreeHead.name]: { size: 7n, rootHash: 'the root', note: 'a checkpoint' },
      [proveChange.name]: changeProof,
      [measureTables.name]: this.measured,
      [findSubjectHolds.name]: { holds: this.holdsOnRows.map((holdId) => ({ holdId, table: 'customers' })) },
      [holdRows.name]: { rows: 7n },
      [letGoRows.name]: { changed: true },
      [holdConversations.name]: { conversations: 2n },
      [signStatement.name]: { note: 'a note', key: 'a key' },
    };
    return Promise.resolve(answers[operation.name] as O);
  }

  /** As whoever gave an access: it is gone, or the member has the role. */
  private end<O>(name: string, { id, role = null }: Ending, tenantId: string): Promise<O> {
    const refusal = this.refusals[name === endAgentAccess.name ? 'agents' : 'identity'];
    if (refusal) return Promise.reject(refusal);
    const before = this.accesses.get(tenantId) ?? [];
    const left = before.filter((one) => one.id !== id);
    this.ended.push({ tenantId, id, role });
    this.accesses.set(tenantId, role === null ? left : before);
    const changed = role !== null || left.length < before.length;
    return Promise.resolve({ changed, isGone: role === null, role, at: new Date() } as O);
  }

  /** As one of Tenantry's own services. */
  private answer<O>(peer: Peer, name: string, input: unknown, tenantId: string): Promise<O> {
    const { service } = peer;
    if (this.silent.includes(service)) return Promise.reject(new Fault('unavailable'));
    const places = this.services[service] ?? [];
    if (name === peer.plan.name) return Promise.resolve({ places } as O);
    const refusal = this.refusals[service];
    if (refusal) return Promise.reject(refusal);
    this.erasedBy.push({ service, tenantId, input });
    const erased = places.filter(({ action }) => action !== 'keep');
    return Promise.resolve({
      places: erased,
      rows: BigInt(erased.length),
      erasedAt: new Date(),
      keysDestroyed: [],
    } as O);
  }

  download<I>(
    { name }: Operation<I>,
    _input: I,
    { tenantId }: Pick<TenantContext, 'tenantId'>,
  ): Promise<AsyncIterable<Uint8Array>> {
    if (this.isDown) return Promise.reject(new Fault('unavailable'));
    if (name === listAgentAccesses.name || name === listMemberAccesses.name) {
      if (this.silent.includes(name === listAgentAccesses.name ? 'agents' : 'identity'))
        return Promise.reject(new Fault('unavailable', { detail: 'It does not answer' }));
      const ofAgents = (this.accesses.get(tenantId) ?? []).filter(({ kind }) => kind.startsWith('agent'));
      const others = (this.accesses.get(tenantId) ?? []).filter(({ kind }) => !kind.startsWith('agent'));
      return Promise.resolve(linesOf(name === listAgentAccesses.name ? ofAgents : others));
    }
    return Promise.resolve(this.stream());
  }

  private async *stream(): AsyncGenerator<Uint8Array> {
    for (const [index, line] of this.lines.entries()) {
      if (index === this.breakAfter) throw new Fault('unavailable');
      yield Buffer.from(line);
    }
  }
}
