import type { Answer } from '../client/client.js';
import type { Ids } from '../inputs/form.js';

/** What two answers about nothing may differ in: the request, the time, the limits; length follows from the body. */
const FREE_HEADERS = new Set([
  'date',
  'tenantry-request-id',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'content-length',
]);

/** An answer as one sentence: with the ids that its request named taken out, and what may differ anyway. */
export function faceOf({ status, headers, text }: Answer, ids: Ids): string {
  const shown = Object.entries(headers)
    .filter(([name]) => !FREE_HEADERS.has(name))
    .map(([name, value]) => `${name}: ${value}`)
    .toSorted();
  const named = textsOf('', ids).toSorted(([, x], [, y]) => y.length - x.length);
  const body = named.reduce((rest, [name, value]) => rest.replaceAll(value, `‹${name}›`), text);
  return [status, ...shown, body.replace(/"requestId":"[^"]*"/, '"requestId":"‹›"')].join('\n');
}

/** Every text in ids, which may be lists of things, with where it is. */
function textsOf(place: string, value: unknown): [place: string, text: string][] {
  if (typeof value !== 'object' || value === null) return [[place, String(value)]];
  return Object.entries(value).flatMap(([name, member]) => textsOf(`${place}.${name}`, member));
}

/** The first line in which two faces differ. */
export function firstDifference(seen: string, expected: string): string {
  const [lines, others] = [seen.split('\n'), expected.split('\n')];
  const index = lines.findIndex((line, at) => line !== others[at]);
  return `${(lines[index] ?? 'nothing more').slice(0, 300)} ≠ ${(others[index] ?? 'nothing more').slice(0, 300)}`;
}
