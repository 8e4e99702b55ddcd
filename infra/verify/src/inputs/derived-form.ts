import { randomBytes } from 'node:crypto';
import type { Operation } from '@tenantry/contracts';
import type { Caller } from '../client/caller.js';
import type { Request } from '../client/client.js';
import type { Form, Ids } from './form.js';
import type { Bench, Kind, Thing } from './kinds.js';
import { isNeeded, plainValue, type Words } from './plain-value.js';
import { fieldsOf, type Field } from './schema.js';
import { isUnknown, slotOf } from './slots.js';

/** The request of an operation whose HTTP form follows from its declaration. @throws Error that names what is unknown */
export async function derivedForm(
  operation: Operation,
  bench: Bench,
  make: (kind: Kind) => Promise<Thing>,
  words: Words,
): Promise<Form> {
  const fields = fieldsOf(operation);
  const { ids, proofs, caller } = await namedValues(operation, fields, make);
  const fixed = { ...plainValues(operation, fields, words), ...proofs };
  return {
    label: '',
    caller: caller ?? (operation.scope === 'platform' ? bench.workshop.admin : bench.tenant.owner),
    ids,
    request: (given) => print(operation, fields, { ...fixed, ...given }),
    proves: () => true,
  };
}

interface Named {
  readonly ids: Ids;
  readonly proofs: Ids;
  readonly caller: Caller | undefined;
}

/** Makes every thing that the fields name, once a kind. */
async function namedValues(
  operation: Operation,
  fields: readonly Field[],
  make: (kind: Kind) => Promise<Thing>,
): Promise<Named> {
  const things = new Map<Kind, Thing>();
  const [ids, proofs]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (const { name } of fields) {
    const slot = slotOf(operation, name);
    if (!slot) continue;
    const thing = things.get(slot.kind) ?? (await make(slot.kind));
    things.set(slot.kind, thing);
    (slot.isProof ? proofs : ids)[name] = thing[slot.value];
  }
  return { ids, proofs, caller: [...things.values()].find((thing) => thing.caller)?.caller };
}

/** Values for everything else that a request needs. */
function plainValues(operation: Operation, fields: readonly Field[], words: Words): Ids {
  const plain = fields.filter(({ name }) => !slotOf(operation, name));
  const unknown = plain.find(({ name, schema }) => schema.format === 'uuid' && isUnknown(operation, name));
  if (unknown) throw new Error(`Nobody knows what ${operation.name}.${unknown.name} names; add it to slots.ts`);
  return Object.fromEntries(
    plain
      .filter((field) => isNeeded(operation.name, field))
      .map(({ name, schema }) => [
        name,
        secretOr(operation, name, () => plainValue(operation.name, name, schema, words)),
      ]),
  );
}

/** A new password must be hard to guess, unlike a word. */
function secretOr(operation: Operation, name: string, usual: () => unknown): unknown {
  const isSecret = operation.input.fields.some(({ wire, dataClass }) => wire === name && dataClass === 'secret');
  return isSecret ? randomBytes(18).toString('base64url') : usual();
}

/** The request with its values where the contract wants them. */
function print({ http }: Operation, fields: readonly Field[], values: Ids): Request {
  const at = (place: Field['place']) => fields.filter((field) => field.place === place && field.name in values);
  const path = at('path').reduce(
    (text, { name }) => text.replace(`{${name}}`, encodeURIComponent(String(values[name]))),
    http!.path,
  );
  const query = new URLSearchParams(
    at('query').map(({ name }): [string, string] => [name, String(values[name])]),
  ).toString();
  const body = Object.fromEntries(at('body').map(({ name }) => [name, values[name]]));
  const hasBody = fields.some(({ place }) => place === 'body') || http!.method === 'POST';
  return {
    method: http!.method,
    path: query === '' ? path : `${path}?${query}`,
    ...(hasBody ? { body: JSON.stringify(body) } : {}),
  };
}
