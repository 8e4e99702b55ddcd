import type { RequestType } from '../requests/request-type.js';

/** A length of time in the words of a law. */
export interface Term {
  readonly count: number;
  readonly unit: 'months' | 'days' | 'business_days';
}

/** How long there is to answer a request, and what may change that. Every part says where it comes from. */
export interface ClockRule {
  readonly response: Term;
  readonly source: string;
  /** The whole time with an extension, from the same start. */
  readonly extension: { readonly total: Term; readonly source: string } | null;
  readonly acknowledgement: { readonly term: Term; readonly source: string } | null;
  /** That a period which would end on a day off ends on the next working day. */
  readonly roll: { readonly source: string } | null;
  /** That a question to the person stops the clock until it is answered. */
  readonly pause: { readonly source: string } | null;
}

const months = (count: number): Term => ({ count, unit: 'months' });
const days = (count: number): Term => ({ count, unit: 'days' });
const businessDays = (count: number): Term => ({ count, unit: 'business_days' });

/** Regulation (EU) 2016/679, Art. 12(3) and (6); periods by Regulation (EEC, Euratom) 1182/71, Art. 3. */
const gdpr: ClockRule = {
  response: months(1),
  source: 'GDPR Art. 12(3)',
  extension: { total: months(3), source: 'GDPR Art. 12(3), second sentence' },
  acknowledgement: null,
  roll: { source: 'Regulation 1182/71 Art. 3(4)' },
  pause: { source: 'GDPR Art. 12(6)' },
};

/** Runs from receipt, however long verification takes: 11 CCR § 7021(b). */
const ccpa: ClockRule = {
  response: days(45),
  source: '11 CCR § 7021(b)',
  extension: { total: days(90), source: '11 CCR § 7021(b)' },
  acknowledgement: { term: businessDays(10), source: '11 CCR § 7021(a)' },
  roll: null,
  pause: null,
};

/** No extension, and no verification: 11 CCR §§ 7026(f), 7027(g). */
const ccpaChoice = (source: string): ClockRule => ({
  response: businessDays(15),
  source,
  extension: null,
  acknowledgement: null,
  roll: null,
  pause: null,
});

/** One extension by 30 days, with the reason and the date in writing. */
const hipaa = (baseDays: number, source: string): ClockRule => ({
  response: days(baseDays),
  source,
  extension: { total: days(baseDays + 30), source },
  acknowledgement: null,
  roll: null,
  pause: null,
});

/** The clock of every type of request. What changes when a law does is a line here. */
export const CLOCK_RULES: Readonly<Record<RequestType, ClockRule>> = {
  gdpr_access: gdpr,
  gdpr_portability: gdpr,
  gdpr_rectification: gdpr,
  gdpr_erasure: gdpr,
  gdpr_restriction: gdpr,
  gdpr_objection: gdpr,
  ccpa_know: ccpa,
  ccpa_delete: ccpa,
  ccpa_correct: ccpa,
  ccpa_opt_out: ccpaChoice('11 CCR § 7026(f)'),
  ccpa_limit: ccpaChoice('11 CCR § 7027(g)'),
  hipaa_access: hipaa(30, '45 CFR § 164.524(b)(2)'),
  hipaa_amendment: hipaa(60, '45 CFR § 164.526(b)(2)'),
  hipaa_accounting: hipaa(60, '45 CFR § 164.528(c)(1)'),
};

/**
 * Time to answer an appeal: the shortest among the US state laws that know one (Colo. Rev. Stat. § 6-1-1306(3)). GDPR, CCPA and HIPAA set
 * none; the tenant promises it for all.
 */
export const APPEAL: { readonly term: Term; readonly source: string } = {
  term: days(45),
  source: 'as Colo. Rev. Stat. § 6-1-1306(3)',
};

/** Time for a processor to hand a request to its controller: "without undue delay" (GDPR Art. 28(3)(e), 11 CCR § 7050), taken as this. */
export const HAND_OVER: { readonly term: Term; readonly source: string } = {
  term: businessDays(5),
  source: 'GDPR Art. 28(3)(e)',
};
