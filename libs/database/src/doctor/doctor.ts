import { readFileSync } from 'node:fs';
import { PgConnection } from '../wire/connection.js';
import { settingStep } from '../wire/steps.js';

/** One place where isolation does not hold by construction. */
export interface Finding {
  /** The check that found it, e.g. `row security forced`. */
  readonly check: string;
  /** The table, role or function. */
  readonly subject: string;
  readonly problem: string;
}

const CHECKS = new URL('../../sql/doctor.sql', import.meta.url);

/**
 * Looks through the catalogue, with the login that migrates, for whatever would let a tenant's rows out. Empty means
 * sound.
 */
export async function doctor(adminUrl: string): Promise<Finding[]> {
  const connection = await PgConnection.open({
    url: adminUrl,
    name: 'doctor',
    connectTimeoutMs: 10_000,
    statements: 5,
    settings: { default_transaction_read_only: 'on', statement_timeout: '60000' },
  });
  try {
    const checks = { text: readFileSync(CHECKS, 'utf8'), values: [], key: null };
    const results = await connection.fly([settingStep({ role: 'platform_owner' }), checks]);
    return results[1]!.rows as Finding[];
  } finally {
    await connection.close();
  }
}
