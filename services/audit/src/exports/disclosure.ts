import type { Disclosed, Disclosure } from '@tenantry/audit-proofs';
import { openedValue, type Opened } from '../log/entry-view.js';
import type { StoredEntry } from '../log/entry.table.js';

/** What is exported beside an entry's leaf. Without the right to values only where it came from; what was erased says so. */
export function discloseEntry(entry: StoredEntry, opened: Opened | null): Disclosure {
  const { clientIp, userAgent, originSalt: salt } = entry;
  return {
    origin: salt === null ? { erased: true } : { clientIp, userAgent, salt },
    ...(opened ? { old: discloseSide(entry, 'old', opened), new: discloseSide(entry, 'new', opened) } : {}),
  };
}

function discloseSide(entry: StoredEntry, side: 'old' | 'new', opened: Opened): Record<string, Disclosed> {
  const columns = Object.entries(entry[side] ?? {}).filter(([, value]) => isCommitment(value));
  return Object.fromEntries(
    columns.map(([column]) => [column, openedValue(opened, entry, side, column) ?? { erased: true }]),
  );
}

/** A secret has a commitment to nothing: there never was anything to erase. */
function isCommitment(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'commitment' in value && typeof value.commitment === 'string';
}
