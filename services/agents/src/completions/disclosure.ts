import type { CreateChatCompletionRequest } from '@tenantry/contracts';
import { HealthDataSent } from '@tenantry/contracts';
import type { PricedModel } from '../prices/price-book.js';
import { invalid } from './invalid.js';

/** What the disclosure ledger is told of a call besides who gets it, by the caller's metadata. */
export interface DisclosureFacts {
  readonly purpose: string;
  readonly subjectTable: string | null;
  readonly subjectKey: string | null;
}

/** What a disclosure can be for (45 CFR §§ 164.506, 164.512). */
const PURPOSES: readonly string[] = [
  ...['treatment', 'payment', 'operations', 'authorized', 'required_by_law', 'public_health', 'oversight', 'judicial'],
  ...['law_enforcement', 'research', 'other'],
];
const MAX_KEY_CHARS = 200;

/** Reads `disclosure_purpose`, `subject_table` and `subject_key` of a request's metadata. @throws Fault `invalid-input` */
export function readDisclosure({ metadata }: Pick<CreateChatCompletionRequest, 'metadata'>): DisclosureFacts {
  const { disclosure_purpose: purpose = 'operations', subject_table: table, subject_key: key } = metadata;
  if (!PURPOSES.includes(purpose)) {
    throw invalid('metadata.disclosure_purpose', `must be one of ${PURPOSES.join(', ')}`);
  }
  if ((table === undefined) !== (key === undefined)) {
    throw invalid('metadata.subject_key', 'and subject_table are given both, or neither');
  }
  if (table !== undefined && !/^[a-z_][a-z0-9_]{0,62}$/.test(table)) {
    throw invalid('metadata.subject_table', 'must be the name of a table');
  }
  if (key !== undefined && (key === '' || key.length > MAX_KEY_CHARS)) {
    throw invalid('metadata.subject_key', `must be the key of a row, of at most ${MAX_KEY_CHARS} characters`);
  }
  return { purpose, subjectTable: table ?? null, subjectKey: key ?? null };
}

/** What is told of a disclosure. */
export function healthDataSent(
  completionId: string,
  { name: model, provider }: PricedModel,
  kinds: readonly string[],
  facts: DisclosureFacts,
): HealthDataSent {
  return new HealthDataSent({ completionId, provider, model, kinds: [...kinds], ...facts });
}
