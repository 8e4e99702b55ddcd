import { addDays, dayAt, endOfDay } from '../clock/day.js';

/** Somebody who must be told of a breach. */
export type DutyName =
  | 'gdpr_authority'
  | 'gdpr_controller'
  | 'gdpr_people'
  | 'hipaa_people'
  | 'hipaa_hhs'
  | 'hipaa_media'
  | 'hipaa_covered_entity';

/** What duties follow from. */
export interface DutyFacts {
  readonly laws: readonly string[];
  readonly role: 'controller' | 'processor';
  readonly timeZone: string;
  readonly discoveredAt: Date;
  readonly severity: string | null;
  /** Approximately; null when it is not known yet, which counts as many. */
  readonly people: bigint | null;
}

/** Until when somebody must be told at the latest, and why. */
export interface Duty {
  readonly duty: DutyName;
  readonly dueAt: Date;
  readonly source: string;
  readonly explanation: string;
}

const HOUR_MS = 3_600_000;
const GDPR_HOURS = 72;
const HIPAA_DAYS = 60;
/** From so many people on HHS is told with them: 45 CFR § 164.408(b). */
const MANY = 500n;
const GRAVE: readonly (string | null)[] = ['high', 'critical'];

/** Who must be told of a breach and until when: the later ends are those of the law, never an advice to wait. */
export function dutiesOf(facts: DutyFacts): Duty[] {
  const duties = [
    ...(facts.laws.includes('gdpr') ? gdpr(facts) : []),
    ...(facts.laws.includes('hipaa') ? hipaa(facts) : []),
  ];
  return duties.sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime());
}

/** Hours are counted from the moment itself, on days off too: Regulation 1182/71 rolls only periods "otherwise than in hours". */
function gdpr({ role, discoveredAt, severity }: DutyFacts): Duty[] {
  const dueAt = new Date(discoveredAt.getTime() + GDPR_HOURS * HOUR_MS);
  const explanation = `${GDPR_HOURS} hours after it was discovered, days off included`;
  if (role === 'processor') {
    const why = `"Without undue delay", taken as ${GDPR_HOURS} hours after it was discovered`;
    return [{ duty: 'gdpr_controller', dueAt, source: 'GDPR Art. 33(2)', explanation: why }];
  }
  const authority: Duty = { duty: 'gdpr_authority', dueAt, source: 'GDPR Art. 33(1)', explanation };
  if (!GRAVE.includes(severity)) return [authority];
  const why = `A high risk: "without undue delay", taken as ${GDPR_HOURS} hours after it was discovered`;
  return [authority, { duty: 'gdpr_people', dueAt, source: 'GDPR Art. 34(1)', explanation: why }];
}

function hipaa({ role, discoveredAt, timeZone, people }: DutyFacts): Duty[] {
  const on = dayAt(discoveredAt, timeZone);
  const last = addDays(on, HIPAA_DAYS);
  const dueAt = endOfDay(last, timeZone);
  const explanation = `${HIPAA_DAYS} calendar days after ${on} is ${last}`;
  if (role === 'processor') {
    return [{ duty: 'hipaa_covered_entity', dueAt, source: '45 CFR § 164.410(b)', explanation }];
  }
  const told: Duty = { duty: 'hipaa_people', dueAt, source: '45 CFR § 164.404(b)', explanation };
  if (people !== null && people < MANY) return [told, yearlyReport(on, timeZone)];
  const why = `${explanation}; ${MANY} people or more, or not known how many`;
  const hhs: Duty = { duty: 'hipaa_hhs', dueAt, source: '45 CFR § 164.408(b)', explanation: why };
  return [
    told,
    hhs,
    {
      duty: 'hipaa_media',
      dueAt,
      source: '45 CFR § 164.406(b)',
      explanation: `${why}; if more than ${MANY} of one State`,
    },
  ];
}

/** Fewer than 500 are reported together, within 60 days after the end of the year. */
function yearlyReport(on: string, timeZone: string): Duty {
  const last = addDays(`${on.slice(0, 4)}-12-31`, HIPAA_DAYS);
  const explanation = `Fewer than ${MANY} people: ${HIPAA_DAYS} days after the end of ${on.slice(0, 4)} is ${last}`;
  return { duty: 'hipaa_hhs', dueAt: endOfDay(last, timeZone), source: '45 CFR § 164.408(c)', explanation };
}
