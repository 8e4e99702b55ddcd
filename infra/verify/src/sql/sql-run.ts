import type { OpenInstance } from '@tenantry/local';
import type { TableNames } from '../inputs/tables.js';
import type { Findings, Outcome } from '../report/outcome.js';
import type { Pair, ProductRows } from '../world/tenant.js';
import type { Tried } from './session.js';

/** What the attacks in SQL work with. */
export interface SqlRun {
  readonly instance: OpenInstance;
  readonly pairs: readonly Pair[];
  readonly productTables: TableNames;
  readonly productRows: ProductRows;
  readonly findings: Findings;
  readonly progress: (text: string) => void;
}

export const PERMISSION_DENIED = '42501';

/** Records an attack. */
export function noteAttack({ findings }: SqlRun, outcome: Omit<Outcome, 'section'>): void {
  findings.record({ section: 'sql', ...outcome });
}

/** Records a control. */
export function noteControl({ findings }: SqlRun, outcome: Omit<Outcome, 'section'>): void {
  findings.record({ section: 'controls', ...outcome });
}

/** Records an attack that holds when Postgres denies it, and not when it fails for another reason. */
export function noteRefusal(run: SqlRun, subject: string, attack: string, { refused, message }: Tried): void {
  const seen = refused ? `${refused} ${message}` : 'done';
  noteAttack(run, { subject, attack, held: refused === PERMISSION_DENIED, expected: 'permission denied', seen });
}
