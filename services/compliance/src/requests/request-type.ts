/** How surely a person is the one they say. */
export const LEVELS = ['none', 'basic', 'high'] as const;

/** What a type of request needs and knows. */
interface TypeFacts {
  /** Index in `LEVELS` that must be reached before anything is disclosed, changed or removed. */
  readonly level: number;
  /** Whether the service itself can carry it out; what it can't is done by hand, with evidence. */
  readonly isAutomated: boolean;
}

/**
 * The rights. Proof of identity grows with what a wrong answer would give away: none for opt-out and limit (11 CCR §§ 7026(d), 7027(e)
 * forbid it), basic for the others (GDPR Art. 12(6), 11 CCR § 7062), high for health information (45 CFR § 164.514(h)).
 */
export const REQUEST_TYPES = {
  gdpr_access: { level: 1, isAutomated: true },
  gdpr_portability: { level: 1, isAutomated: true },
  gdpr_rectification: { level: 1, isAutomated: false },
  gdpr_erasure: { level: 1, isAutomated: true },
  gdpr_restriction: { level: 1, isAutomated: false },
  gdpr_objection: { level: 1, isAutomated: false },
  ccpa_know: { level: 1, isAutomated: true },
  ccpa_delete: { level: 1, isAutomated: true },
  ccpa_correct: { level: 1, isAutomated: false },
  ccpa_opt_out: { level: 0, isAutomated: false },
  ccpa_limit: { level: 0, isAutomated: false },
  hipaa_access: { level: 2, isAutomated: true },
  hipaa_amendment: { level: 2, isAutomated: false },
  hipaa_accounting: { level: 2, isAutomated: false },
} as const satisfies Record<string, TypeFacts>;

export type RequestType = keyof typeof REQUEST_TYPES;

/** The level that a request needs: the most, when its answer would hold sensitive data; none where the law forbids to ask. */
export function levelNeeded(type: RequestType, isSensitive: boolean): number {
  const { level } = REQUEST_TYPES[type];
  return isSensitive && level > 0 ? 2 : level;
}
