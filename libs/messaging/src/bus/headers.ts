import { MsgHdrsImpl } from '@nats-io/nats-core/internal';
import type { MsgHdrs } from '@nats-io/transport-node';

/** The names of the headers that cross the bus. */
export const Header = {
  context: 'Tenantry-Context',
  request: 'Tenantry-Request',
  traceparent: 'traceparent',
  fault: 'Tenantry-Fault',
  status: 'Tenantry-Status',
  headers: 'Tenantry-Headers',
  stream: 'Tenantry-Stream',
  event: 'Tenantry-Event',
  messageId: 'Nats-Msg-Id',
  expectedRevision: 'Nats-Expected-Last-Subject-Sequence',
} as const;

const LINE_BREAK = /[\r\n]/;

/** Makes headers in one step: the client's `set` canonicalizes and searches per header, which a hot path feels. */
export function makeHeaders(values: Readonly<Record<string, string | undefined>>): MsgHdrs {
  const record: Record<string, string[]> = {};
  for (const name in values) {
    const value = values[name];
    if (value === undefined) continue;
    if (LINE_BREAK.test(value)) throw new TypeError(`The header ${name} must not contain a line break`);
    record[name] = [value];
  }
  return MsgHdrsImpl.fromRecord(record);
}

/** Reads all headers in one pass; of a repeated header the first counts. */
export function readHeaders(headers: MsgHdrs | undefined): Readonly<Record<string, string | undefined>> {
  const record: Record<string, string | undefined> = {};
  if (headers) for (const [name, values] of headers) record[name] = values[0];
  return record;
}
