import type { ReactElement } from 'react';
import type { Input } from '../api/call.js';
import { useMe } from '../api/use-api.js';
import { useMembers } from '../desk/members.js';
import { FilterSelects, useFilterParams, type FilterChoice } from '../ui/filters.js';
import { REQUEST_TYPES, rightOf, sentence } from '../words/words.js';

const STATUSES = [
  ...['received', 'acknowledged', 'in_progress', 'fulfilled', 'partially_fulfilled'],
  ...['denied', 'withdrawn', 'handed_over', 'appealed'],
];

type Filter = Input<'listPrivacyRequests'>;

/** Which requests are shown: part of the page's address. */
export function useFilter(): Filter {
  const { get } = useFilterParams();
  const state = get('state') ?? 'open';
  const due = get('dueBefore');
  return {
    open: state === 'all' ? undefined : state === 'open',
    type: get('type') as Filter['type'],
    legalStatus: get('status') as Filter['legalStatus'],
    assigneeId: get('owner'),
    dueBefore: due && !Number.isNaN(Date.parse(due)) ? new Date(due).toISOString() : undefined,
  };
}

/** The controls that narrow the queue. */
export function Filters(): ReactElement {
  const { get, set } = useFilterParams();
  const { id: me } = useMe();
  const { staff } = useMembers();
  const owners = staff
    .filter(({ userId }) => userId !== me)
    .map((one) => ({ value: one.userId, label: one.name ?? one.email }));
  const types = REQUEST_TYPES.map((type) => ({ value: type, label: `${rightOf(type).law} ${rightOf(type).title}` }));
  const choices: readonly FilterChoice[] = [
    {
      name: 'state',
      label: 'Show',
      none: 'Open',
      options: [
        { value: 'closed', label: 'Closed' },
        { value: 'all', label: 'All' },
      ],
    },
    { name: 'type', label: 'Right', none: 'Any', options: types },
    {
      name: 'status',
      label: 'Status',
      none: 'Any',
      options: STATUSES.map((value) => ({ value, label: sentence(value) })),
    },
    { name: 'owner', label: 'Owner', none: 'Anybody', options: [{ value: me, label: 'Me' }, ...owners] },
  ];
  return (
    <search className="filters" aria-label="Filter requests">
      <FilterSelects choices={choices} />
      <label>
        <span>Due before</span>
        <input type="date" value={get('dueBefore') ?? ''} onChange={(event) => set('dueBefore', event.target.value)} />
      </label>
    </search>
  );
}
