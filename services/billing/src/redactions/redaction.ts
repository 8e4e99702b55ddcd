/** How the provider goes about forgetting somebody. `ready` waits to be run, which can't be undone. */
export type RedactionState = 'working' | 'ready' | 'done' | 'refused';

/** A customer that the provider is to forget. */
export interface Redaction {
  readonly tenantId: string;
  readonly customerId: string;
  readonly testMode: boolean;
  /** What the provider calls it; null until it was asked. */
  readonly jobId: string | null;
  /** Keys under which it was asked for. */
  readonly tries: number;
  readonly status: 'wanted' | 'done' | 'refused';
  readonly wantedAt: Date;
}

/** Who is not forgotten for so long is left to people. */
const PATIENCE_MS = 24 * 3_600_000;

/** Under what the provider takes the request once. */
export function redactionKey({ customerId, tries }: Redaction): string {
  return `tenantry-redaction-${customerId}-${tries}`;
}

export function isGivenUp({ wantedAt }: Redaction, now: Date): boolean {
  return now.getTime() - wantedAt.getTime() > PATIENCE_MS;
}
