import { Fault } from '@tenantry/kernel';
import { compare } from './findings.js';
import { readRoster } from './roster.js';

const refusalOf = (csv: string): unknown => {
  try {
    return readRoster(csv);
  } catch (error) {
    return error instanceof Fault ? [error.reason, error.errors[0]?.field, error.detail] : error;
  }
};

describe('A roster', () => {
  it('is read as personnel systems export it: any order and case of columns, semicolons, a byte order mark, columns of others', () => {
    const { people } = readRoster(
      '\uFEFFName;Status;E-Mail private;EMAIL;role\r\n"Ann; the first";Active;x;Ann@Example.com;manager\r\nBen;TERMINATED;;ben@example.com;\r\n',
    );
    expect(people).toEqual([
      { email: 'ann@example.com', hasLeft: false, role: 'manager' },
      { email: 'ben@example.com', hasLeft: true, role: null },
    ]);
  });

  it.each([
    ['name,status\nAnn,active\n', 'Line 1: the header names no column email'],
    ['email,email\na@b.c,a@b.c\n', 'Line 1: the header has a column twice'],
    ['email,status\n', 'Line 1: there is nobody in it'],
    ['email,status\nann@example.com,active\nben@example.com\n', 'Line 3: it has not as many cells as the header'],
    ['email,status\nann@example.com,"active\n', 'Line 2: a quotation mark is not closed'],
    ['email,status\nann@example.com,sometimes\n', 'Line 2: status is neither active nor left'],
    ['email\nann@example.com\n\nno address\n', 'Line 4: email is no address'],
    ['email,role\nann@example.com,"The Boss"\n', 'Line 2: role is none of the tenant’s'],
    [
      'email,status\nann@example.com,left\nANN@example.com,active\n',
      'Line 3: ann@example.com is listed before, and differently',
    ],
  ])('that is broken is refused, naming the line: %j', (csv, detail) => {
    expect(refusalOf(csv)).toEqual(['invalid-input', 'csv', detail]);
  });
});

describe('A comparison', () => {
  const member = (id: string, email: string | null, more: object = {}) => ({
    ...{ id, kind: 'member', holderId: id, email, role: 'staff', previousRole: null, isNew: false, ...more },
  });
  const person = (email: string, more: object = {}) => ({ email, hasLeft: false, role: null, ...more });
  const found = (items: Parameters<typeof compare>[0], roster: Parameters<typeof compare>[1]) =>
    Object.fromEntries(compare(items, roster).map(({ id, findings }) => [id, findings.join(' ')]));

  it('finds who left and still has access, with what they made', () => {
    const items = [member('ann', 'Ann@example.com'), { ...member('key', null), kind: 'api_key', holderId: 'ann' }];
    expect(found(items, [person('ann@example.com', { hasLeft: true })])).toEqual({ ann: 'leaver', key: 'leaver' });
  });

  it('finds accounts that no person is behind; keys of people who are no members also without a roster', () => {
    const orphan = { ...member('key', null), kind: 'api_key', holderId: 'gone' };
    const grant = { ...member('grant', null), kind: 'support_grant', holderId: 'staff of the platform' };
    const items = [member('ann', 'ann@example.com'), orphan, grant];
    expect(found(items, [person('ben@example.com')])).toEqual({ ann: 'orphan', key: 'orphan', grant: '' });
    expect(found(items, null)).toEqual({ ann: '', key: 'orphan', grant: '' });
  });

  it('finds a role that is another than the roster’s, or than the last review left', () => {
    const items = [
      member('ann', 'ann@example.com', { role: 'admin', previousRole: 'staff' }),
      member('ben', 'ben@example.com', { role: 'admin', previousRole: 'staff' }),
      member('cem', 'cem@example.com', { isNew: true }),
    ];
    const roster = [person('ann@example.com', { role: 'admin' }), person('ben@example.com'), person('cem@example.com')];
    expect(found(items, roster)).toEqual({ ann: '', ben: 'role_drift', cem: 'new' });
  });
});
