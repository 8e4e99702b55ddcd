import { operations, type Operation } from '@tenantry/contracts';
import type { Caller } from '../client/caller.js';
import type { Answer } from '../client/client.js';
import type { HttpRun } from './attack-http.js';
import { doAtOnce } from './do-at-once.js';
import { faceOf, firstDifference } from './lookalike.js';
import type { Pair } from '../world/tenant.js';

const isPaged = ({ http, scope, input }: Operation): boolean =>
  http?.method === 'GET' && scope === 'tenant' && input.fields.some(({ wire }) => wire === 'cursor');

/** Lists that need a history which no single request makes: that they give pages is for their own specs to show. */
const NEEDS_HISTORY: ReadonlySet<string> = new Set([
  'GetOrganizationUsage',
  'GetUsage',
  'ListGuardrailDecisions',
  'ListLineUsage',
  'ListOrganizationInvoices',
  'ListOverspends',
  'ListShadowDenials',
]);

/** A cursor that a list gave to one tenant is, for another, a cursor that no list ever gave. */
export async function crossCursors(run: HttpRun): Promise<void> {
  const paged = operations.filter((operation) => isPaged(operation) && run.only.test(operation.name));
  await doAtOnce(paged.flatMap((operation) => run.world.pairs.map((pair) => () => crossOne(run, operation, pair))));
}

async function crossOne({ client, findings }: HttpRun, operation: Operation, { mode, a, b }: Pair): Promise<void> {
  const subject = `${operation.name} (${mode})`;
  if (NEEDS_HISTORY.has(operation.name)) {
    return findings.leaveOut({ section: 'controls', subject, reason: 'its pages need a history' });
  }
  if (operation.http!.path.includes('{')) {
    return findings.leaveOut({ section: 'controls', subject, reason: 'its address names a thing of one tenant' });
  }
  const page = (caller: Caller, cursor?: string): Promise<Answer> => {
    const query = new URLSearchParams({ limit: '1', ...(cursor === undefined ? {} : { cursor }) });
    return client.send(caller, { method: 'GET', path: `${operation.http!.path}?${query.toString()}` });
  };
  const first = await page(a.owner);
  const { nextCursor: cursor } = JSON.parse(first.text) as { nextCursor?: string | null };
  const own = await page(a.owner, cursor ?? undefined);
  const works = Boolean(cursor) && own.status === 200;
  const control = { subject, attack: 'control: its own cursor', expected: '200 with a cursor before' };
  findings.record({
    section: 'controls',
    ...control,
    held: works,
    seen: `${own.status}, ${cursor ? 'a' : 'no'} cursor`,
  });
  if (!cursor) return;
  const made = `${cursor.slice(0, -8)}${cursor.slice(-8).split('').toReversed().join('')}`;
  const expected = await page(b.owner, made);
  const seen = await page(b.owner, cursor);
  const held = seen.status === 422 && faceOf(seen, { cursor }) === faceOf(expected, { cursor: made });
  findings.record({
    section: 'http',
    subject,
    attack: "other tenant's cursor",
    held,
    expected: '422, as for a made-up cursor',
    seen: held ? '422' : firstDifference(faceOf(seen, { cursor }), faceOf(expected, { cursor: made })),
  });
}
