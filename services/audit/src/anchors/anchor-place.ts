import type { Transaction } from '@tenantry/database';
import type { DueAnchor } from './anchor.table.js';

/** A place in which heads of logs are kept. */
export interface AnchorPlace {
  /** How long a head may be the last one there. */
  readonly everyMs: number;
  /**
   * Puts the newest head there. Answers what is to be recorded with it.
   * @throws AnchorRefused when the place does not take it
   * @throws LogAltered when the place has a head that the log is not true to
   */
  keep(due: DueAnchor): Promise<((tx: Transaction) => Promise<void>) | null>;
}

/** A place does not take a head. The message is for the tenant: it names no address and no secret. */
export class AnchorRefused extends Error {
  override readonly name = 'AnchorRefused';
}
