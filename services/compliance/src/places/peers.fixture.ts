import { type Operation, planSubjectRows, signStatement, type SubjectPlace } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { RpcClient } from '@tenantry/messaging';

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
  isDown = false;

  call<I, O>(operation: Operation<I, O>): Promise<O> {
    if (this.isDown) return Promise.reject(new Fault('unavailable'));
    const answers: Readonly<Record<string, object>> = {
      [planSubjectRows.name]: { places: this.places, shape: 'shape' },
      [signStatement.name]: { note: 'a note', key: 'a key' },
    };
    return Promise.resolve(answers[operation.name] as O);
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
