import type { OpenIncidentRequest } from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';
import type { DutyFacts, DutyName } from './duty.js';

/** Something that went wrong with people's data. `description` and `conclusion` are sealed once it is kept. */
export interface Incident extends DutyFacts {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly status: 'open' | 'no_breach' | 'closed';
  readonly openedAt: Date;
  readonly openedBy: string;
  readonly tables: readonly string[];
  readonly classes: readonly string[];
  readonly conclusion: string | null;
  readonly closedAt: Date | null;
}

/** How a duty stands. `notice` is sealed. */
export interface KeptDuty {
  readonly duty: DutyName;
  readonly dueAt: Date;
  readonly isOpen: boolean;
  readonly metAt: Date | null;
  readonly notice: string | null;
  readonly escalatedPercent: number;
}

const DAY_MS = 86_400_000;
const OLDEST_DAYS = 366;

/** @throws Fault `invalid-input` for a discovery to come, or longer ago than a year */
export function openIncident(request: OpenIncidentRequest, openedBy: string, timeZone: string, now: Date): Incident {
  const { title, description, laws } = request;
  const discoveredAt = request.discoveredAt ?? now;
  if (discoveredAt > now || now.getTime() - discoveredAt.getTime() > OLDEST_DAYS * DAY_MS) {
    throw new Fault('invalid-input', {
      field: 'discoveredAt',
      detail: `It was discovered within the last ${OLDEST_DAYS} days`,
    });
  }
  return {
    ...{
      id: newId(now),
      title: title.trim(),
      description,
      severity: null,
      status: 'open',
      laws,
      timeZone,
      discoveredAt,
    },
    ...{ role: request.role === 'processor' ? 'processor' : 'controller', openedAt: now, openedBy },
    ...{ tables: [], classes: [], people: null, conclusion: null, closedAt: null },
  };
}

/** @throws Fault `conflict` when it is closed */
export function assertOpenIncident({ status }: Incident): void {
  if (status === 'closed') throw new Fault('conflict', { detail: 'This incident is closed' });
}

/** @throws Fault `conflict` while somebody is to be told, or when nobody has assessed it */
export function closeIncident(
  incident: Incident,
  duties: readonly KeptDuty[],
  conclusion: string,
  now: Date,
): Incident {
  assertOpenIncident(incident);
  if (incident.severity === null) throw new Fault('conflict', { detail: 'Assess the incident first' });
  const open = duties.filter(({ isOpen }) => isOpen).map(({ duty }) => duty);
  if (open.length > 0) throw new Fault('conflict', { detail: `Somebody is still to be told: ${open.join(', ')}` });
  return { ...incident, status: 'closed', conclusion, closedAt: now };
}

/** Marks a duty as fulfilled. @throws Fault `invalid-input` for one that there is not, `conflict` for one that is not open */
export function meetDuty(
  duties: readonly KeptDuty[],
  incident: Incident,
  { duty, notice, toldAt }: { readonly duty: string; readonly notice: string; readonly toldAt: Date },
  now: Date,
): KeptDuty {
  const found = duties.find((one) => one.duty === duty);
  if (!found) throw new Fault('invalid-input', { field: 'duty', detail: `This incident has no duty ${duty}` });
  if (!found.isOpen) throw new Fault('conflict', { detail: `${duty} is fulfilled, or not needed any more` });
  if (toldAt > now || toldAt < incident.discoveredAt) {
    throw new Fault('invalid-input', { field: 'toldAt', detail: 'They were told between the discovery and now' });
  }
  return { ...found, isOpen: false, metAt: toldAt, notice };
}
