import {
  eraseEntryValues,
  eraseSubjectRows,
  type EraseSubjectRowsRequest,
  measureTables,
  type Operation,
  type PersonPlace,
  planSubjectRows,
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
  /** Why the data service erases nothing. */
  refusal: Fault | null = null;
  /** What it was asked to erase, of whom. */
  readonly erased: (EraseSubjectRowsRequest & { tenantId: string })[] = [];

  call<I, O>(operation: Operation<I, O>, input: I, { tenantId }: Pick<TenantContext, 'tenantId'>): Promise<O> {
    if (this.isDown) return Promise.reject(new Fault('unavailable'));
    if (operation.name === eraseSubjectRows.name) {
      if (this.refusal) return Promise.reject(this.refusal);
      this.erased.push({ ...(input as unknown as EraseSubjectRowsRequest), tenantId });
    }
    const peer = peers.find(({ plan, erase }) => [plan, erase].some(({ name }) => name === operation.name));
    if (peer) return this.answer<O>(peer, operation.name, input, tenantId);
    const now = new Date();
    const answers: Readonly<Record<string, object>> = {
      [planSubjectRows.name]: { places: this.places, shape: 'shape' },
      [eraseSubjectRows.name]: { places: [], rows: 3n, requestId: 'request', erasedAt: now },
      [eraseEntryValues.name]: { entries: 3n, values: 3n, erasedAt: now },
      [proveErasure.name]: { leaf: '{}', proof: { leafIndex: 0n, hashes: [], checkpoint: { note: 'a note' } } },
      [measureTables.name]: this.measured,
      [signStatement.name]: { note: 'a note', key: 'a key' },
    };
    return Promise.resolve(answers[operation.name] as O);
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
    return Promise.resolve({ places: erased, rows: BigInt(erased.length), erasedAt: new Date() } as O);
  }

  download(): Promise<AsyncIterable<Uint8Array>> {
    if (this.isDown) return Promise.reject(new Fault('unavailable'));
    return Promise.resolve(this.stream());
  }

  private async *stream(): AsyncGenerator<Uint8Array> {
    for (const [index, line] of this.lines.entries()) {
      if (index === this.breakAfter) throw new Fault('unavailable');
      yield Buffer.from(line);
    }
  }
}
