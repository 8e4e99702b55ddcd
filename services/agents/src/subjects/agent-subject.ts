import type { AgentSubjectColumn, AgentSubjectPlace } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { SubjectCounts } from './agent-subject.table.js';

/** The places of this service with something about a person. */
export const PLACES = {
  messages: 'agents.conversation_message',
  feedback: 'agents.run_feedback',
  approvals: 'agents.approval',
  calls: 'agents.completion',
  tools: 'agents.tool_call',
  charges: 'agents.tool_charge',
  events: 'agents.agent_event',
  alerts: 'agents.guardrail_alert',
} as const;

const internal = (...names: string[]): AgentSubjectColumn[] =>
  names.map((name) => ({ name, classification: 'internal' }));
const personal = (name: string): AgentSubjectColumn => ({ name, classification: 'personal' });

/** What a copy shows, by place. */
const SHOWN: Readonly<Record<string, AgentSubjectColumn[]>> = {
  [PLACES.messages]: [
    ...internal('conversationId', 'position', 'role', 'saidAt'),
    { name: 'content', classification: 'sensitive' },
  ],
  [PLACES.feedback]: [...internal('runId', 'score', 'givenAt'), personal('comment')],
  [PLACES.approvals]: [...internal('tool', 'status', 'requestedAt'), personal('arguments')],
  [PLACES.alerts]: [...internal('name'), personal('email')],
  [PLACES.calls]: internal('id', 'model', 'state', 'inputTokens', 'outputTokens', 'startedAt'),
  [PLACES.tools]: internal('id', 'tool', 'outcome', 'startedAt'),
  [PLACES.charges]: internal('id', 'tool', 'startedAt'),
};

const LEDGER =
  'What calls cost is what budgets and invoices are made of, and shows what agents did; it names the person by id alone (GDPR Art. 17(3)(b), (e))';

/** What an erasure does where. */
export function placesOf(counts: SubjectCounts): AgentSubjectPlace[] {
  const place = (name: string, rows: bigint, action: string, reason: string | null = null): AgentSubjectPlace => ({
    ...{ place: name, rows, action, reason, columns: SHOWN[name] ?? [] },
  });
  return [
    place(PLACES.messages, counts.messages, 'delete', reasonOf(counts)),
    place(PLACES.feedback, counts.feedback, 'delete'),
    place(PLACES.approvals, counts.approvals, 'mask'),
    place(PLACES.calls, counts.calls, 'keep', LEDGER),
    place(PLACES.tools, counts.tools, 'keep', LEDGER),
    place(PLACES.charges, counts.charges, 'keep', LEDGER),
    place(PLACES.events, counts.events, 'keep', 'It names the person by id alone, and is deleted after 90 days'),
    place(
      PLACES.alerts,
      counts.alerts,
      'delete',
      counts.alerts > 0n ? 'Nobody is mailed for these alerts any more' : null,
    ),
  ];
}

function reasonOf({ shared, held }: SubjectCounts): string | null {
  const about = `${shared} of the conversations are about others, too: all that was said in them goes, and none of it is in a copy`;
  const kept = `${held} of the conversations are under a legal hold: they are restricted, and go when it is released`;
  const reasons = [...(shared > 0n ? [about] : []), ...(held > 0n ? [kept] : [])];
  return reasons.length > 0 ? reasons.join('. ') : null;
}

/** @throws Fault `invalid-input` for a place of which a copy shows nothing */
export function assertShown(place: string): void {
  if (!(place in SHOWN))
    throw new Fault('invalid-input', { field: 'place', detail: `A copy shows nothing of ${place}` });
}
