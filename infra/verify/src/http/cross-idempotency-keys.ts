import { operations, type Operation } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { Answer } from '../client/client.js';
import type { Form } from '../inputs/form.js';
import type { Pair } from '../world/tenant.js';
import type { HttpRun } from './attack-http.js';
import { doAtOnce } from './do-at-once.js';

/** The answer of an operation without one: everybody's is the same. */
const SAYS_NOTHING = '{}';

/** An Idempotency-Key that one tenant used says nothing to another that uses it too. */
export async function crossIdempotencyKeys(run: HttpRun): Promise<void> {
  const kept = operations.filter(
    ({ idempotent, scope, name }) => idempotent && scope === 'tenant' && run.only.test(name),
  );
  await doAtOnce(kept.flatMap((operation) => run.world.pairs.map((pair) => () => crossOne(run, operation, pair))));
}

async function crossOne(run: HttpRun, operation: Operation, { mode, a, b }: Pair): Promise<void> {
  const { client, findings, forms, workshop } = run;
  const subject = `${operation.name} (${mode})`;
  const key = newId();
  const send = ({ caller }: Form, request: ReturnType<Form['request']>): Promise<Answer> =>
    client.send(caller, { ...request, headers: { ...request.headers, 'idempotency-key': key } });
  const [[own], [other]] = [
    await forms.of(operation, { workshop, tenant: a }),
    await forms.of(operation, { workshop, tenant: b }),
  ];
  const request = own!.request(own!.ids);
  const first = await send(own!, request);
  const again = await send(own!, request);
  const replays = first.status < 300 && again.status === first.status && again.text === first.text;
  const control = { subject, attack: 'control: its own Idempotency-Key', expected: 'the first answer again' };
  const seenAgain = replays
    ? String(again.status)
    : `${first.status}, then ${again.status} ${again.text.slice(0, 200)}`;
  findings.record({ section: 'controls', ...control, held: replays, seen: seenAgain });
  const theirs = await send(other!, other!.request(other!.ids));
  const held = theirs.status < 300 && (theirs.text !== first.text || first.text === SAYS_NOTHING);
  findings.record({
    section: 'http',
    subject,
    attack: "other tenant's Idempotency-Key",
    held,
    expected: 'an answer of its own',
    seen: held ? String(theirs.status) : `${theirs.status} ${theirs.text.slice(0, 200)}`,
  });
}
