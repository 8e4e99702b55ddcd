import type { GuardrailAlert as AlertMessage, PutGuardrailAlertRequest } from '@tenantry/contracts';

/** Who is told by mail of which guardrails, and how often at most. */
export interface GuardrailAlert {
  readonly name: string;
  readonly email: string;
  /** By name; none: all. */
  readonly guardrails: readonly string[];
  readonly withShadow: boolean;
  readonly everyMinutes: number;
  /** No mail is sent before. */
  readonly nextAt: Date;
  readonly updatedAt: Date;
}

/** What one guardrail has decided since the last mail. */
export interface AlertCount {
  readonly guardrail: string;
  readonly blocked: bigint;
  readonly redacted: bigint;
  readonly shadowed: bigint;
  readonly since: Date;
}

const DEFAULT_MINUTES = 60;
const MINUTE_MS = 60_000;
/** More guardrails than that a mail does not list one by one. */
const MAX_LINES = 20;

/** An alert as it is asked for; one that is replaced keeps the pause after its last mail. */
export function readAlert(
  request: PutGuardrailAlertRequest,
  before: GuardrailAlert | undefined,
  now: Date,
): GuardrailAlert {
  const { name, guardrails, withShadow, everyMinutes } = request;
  return {
    ...{ name, email: request.email.toLowerCase(), guardrails, withShadow: withShadow ?? false },
    ...{ everyMinutes: everyMinutes ?? DEFAULT_MINUTES, nextAt: before?.nextAt ?? now, updatedAt: now },
  };
}

/** When the next mail may be sent after one that is sent now. */
export function nextMailAt({ everyMinutes }: GuardrailAlert, now: Date): Date {
  return new Date(now.getTime() + everyMinutes * MINUTE_MS);
}

/** All that was decided. */
export function sumOf(counts: readonly AlertCount[]): Pick<AlertCount, 'blocked' | 'redacted' | 'shadowed'> {
  const sum = (of: (one: AlertCount) => bigint): bigint => counts.reduce((total, one) => total + of(one), 0n);
  return {
    blocked: sum((one) => one.blocked),
    redacted: sum((one) => one.redacted),
    shadowed: sum((one) => one.shadowed),
  };
}

/** What is mailed: counts, and nothing of any text. */
export function alertMail(
  tenant: string,
  { name, everyMinutes }: GuardrailAlert,
  counts: readonly AlertCount[],
): { readonly subject: string; readonly text: string } {
  const { blocked, redacted, shadowed } = sumOf(counts);
  const since = counts.map((one) => one.since).reduce((first, one) => (one < first ? one : first));
  const more = counts.length > MAX_LINES ? [`… and ${counts.length - MAX_LINES} more guardrails`] : [];
  const paragraphs = [
    `Guardrails of ${tenant} decided since ${since.toISOString()}:`,
    [...counts.slice(0, MAX_LINES).map(lineOf), ...more].join('\n'),
    'Which, where and why is told by GET /v1/guardrails/decisions.',
    `You get this because of the alert “${name}”: at most one mail in ${everyMinutes} minutes.`,
  ];
  return { subject: `${tenant}: ${wordsOf({ blocked, redacted, shadowed })}`, text: `${paragraphs.join('\n\n')}\n` };
}

function lineOf(one: AlertCount): string {
  return `- ${one.guardrail}: ${wordsOf(one)}`;
}

function wordsOf({ blocked, redacted, shadowed }: Pick<AlertCount, 'blocked' | 'redacted' | 'shadowed'>): string {
  const words = [
    ...(blocked > 0n ? [`${blocked} refused`] : []),
    ...(redacted > 0n ? [`${redacted} redacted`] : []),
    ...(shadowed > 0n ? [`${shadowed} only noted`] : []),
  ];
  return words.join(', ');
}

export function printAlert(alert: GuardrailAlert): AlertMessage {
  return { ...alert, guardrails: [...alert.guardrails] };
}
