import { Fault } from '@tenantry/kernel';
import { type AccessRule, columnOf, type TableDefinition } from '../tables/table-definition.js';
import type { Action } from './access-rule.js';
import type { Principal } from './principal.js';

/** A rule as it is asked for; the contract has checked the words. */
export interface AccessInput {
  readonly to: readonly string[];
  readonly actions: readonly string[];
  readonly columns?: readonly string[];
  readonly rows?: string | null;
}

function refuse(field: string, detail: string): never {
  throw new Fault('invalid-input', { field, detail });
}

/**
 * Checks what a table declares about access. Nobody is named twice for the same action, so that what somebody may do
 * is read off one rule.
 * @throws Fault `invalid-input`
 */
export function checkAccess(table: TableDefinition, rules: readonly AccessInput[]): readonly AccessRule[] {
  const named = new Set<string>();
  return rules.map((rule, index) => {
    const path = `access[${index}]`;
    const rows = rule.rows === 'own' ? 'own' : 'all';
    if (rows === 'own' && table.ownerColumn === null) {
      refuse(`${path}.rows`, 'Own rows need an ownerColumn');
    }
    const unknown = rule.columns?.find((name) => !columnOf(table, name));
    if (unknown !== undefined) {
      refuse(`${path}.columns`, `There is no column ${unknown}`);
    }
    for (const claim of rule.to.flatMap((principal) => rule.actions.map((action) => `${principal} may ${action}`))) {
      if (named.has(claim)) {
        refuse(path, `More than one rule says what ${claim}`);
      }
      named.add(claim);
    }
    return {
      to: rule.to as Principal[],
      actions: rule.actions as Action[],
      columns: rule.columns?.length ? rule.columns : null,
      rows,
    };
  });
}
