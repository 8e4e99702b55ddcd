import { AuditEvent } from '@tenantry/contracts';
import { parse } from 'csv-parse/sync';
import { CSV_HEADER, entryLine } from './csv.js';

const event = (more: Partial<AuditEvent>): AuditEvent =>
  Object.assign(new AuditEvent(), {
    ...{
      sequence: 7n,
      occurredAt: new Date(0),
      recordedAt: new Date(0),
      actor: { kind: 'user', id: 'ada', role: null },
    },
    ...more,
  });
const read = (more: Partial<AuditEvent>): Record<string, string> =>
  (parse(CSV_HEADER + entryLine(event(more)), { columns: true }) as Record<string, string>[])[0]!;

describe('the CSV of an audit log', () => {
  it('gives every value back, whatever is in it', () => {
    const values = {
      resource: 'a "quoted", one',
      resourceId: 'two\r\nlines',
      userAgent: 'Zoë 🦷',
      new: { email: 'zoë@example.com, Ltd' },
    };
    const row = read(values);
    expect(row).toMatchObject({
      sequence: '7',
      actorId: 'ada',
      resource: values.resource,
      resourceId: values.resourceId,
      userAgent: values.userAgent,
    });
    expect(JSON.parse(row['new']!)).toEqual(values.new);
    expect(row['old']).toBe('');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1+1'])('lets no spreadsheet run %j', (formula) => {
    expect(read({ resourceId: formula, userAgent: formula })).toMatchObject({
      resourceId: `'${formula}`,
      userAgent: `'${formula}`,
    });
  });

  it('leaves texts alone that only contain such characters', () => {
    expect(read({ resourceId: 'a=b', action: 'member.role-changed' })).toMatchObject({
      resourceId: 'a=b',
      action: 'member.role-changed',
    });
  });
});
