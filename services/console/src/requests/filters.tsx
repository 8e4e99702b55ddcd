import type { ReactElement } from 'react';
import { useSearchParams } from 'wouter';
import type { Input } from '../api/call.js';
import { useMe } from '../api/use-api.js';
import { useMembers } from '../desk/members.js';
import { REQUEST_TYPES, rightOf, sentence } from '../words/words.js';

const STATUSES = [
  ...['received', 'acknowledged', 'in_progress', 'fulfilled', 'partially_fulfilled'],
  ...['denied', 'withdrawn', 'handed_over', 'appealed'],
];

type Filter = Input<'listPrivacyRequests'>;

/** Which requests are shown: part of the page's address, so that it can be kept and sent. */
export function useFilter(): { readonly filter: Filter; set(name: string, value: string): void } {
  const [params, setParams] = useSearchParams();
  const get = (name: string): string | undefined => params.get(name) ?? undefined;
  const state = get('state') ?? 'open';
  const due = get('dueBefore');
  const filter = {
    open: state === 'all' ? undefined : state === 'open',
    type: get('type') as Filter['type'],
    legalStatus: get('status') as Filter['legalStatus'],
    assigneeId: get('owner'),
    dueBefore: due && !Number.isNaN(Date.parse(due)) ? new Date(due).toISOString() : undefined,
  };
  const set = (name: string, value: string): void => {
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (value === '') after.delete(name);
      else after.set(name, value);
      return after;
    });
  };
  return { filter, set };
}

/** The controls that narrow the queue. */
export function Filters({ set }: { readonly set: (name: string, value: string) => void }): ReactElement {
  const [params] = useSearchParams();
  const { id: me } = useMe();
  const { staff } = useMembers();
  const owners = staff
    .filter(({ userId }) => userId !== me)
    .map((one) => ({ value: one.userId, label: one.name ?? one.email }));
  const types = REQUEST_TYPES.map((type) => ({ value: type, label: `${rightOf(type).law} ${rightOf(type).title}` }));
  const choices = [
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
      {choices.map(({ name, label, none, options }) => (
        <label key={name}>
          <span>{label}</span>
          <select value={params.get(name) ?? ''} onChange={(event) => set(name, event.target.value)}>
            <option value="">{none}</option>
            {options.map(({ value, label: text }) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
      ))}
      <label>
        <span>Due before</span>
        <input
          type="date"
          value={params.get('dueBefore') ?? ''}
          onChange={(event) => set('dueBefore', event.target.value)}
        />
      </label>
    </search>
  );
}
