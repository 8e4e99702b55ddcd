import type { AddRetentionRuleRequest, RetentionRule as RuleMessage } from '@tenantry/contracts';
import type { RowChange } from '@tenantry/database';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';

export const DAY_MS = 86_400_000;
/** How old a preview may be when a rule is activated on the strength of it. */
const PREVIEW_MAX_AGE_MS = 7 * DAY_MS;

/** How long rows of a table are kept: never changed, only activated and ended. */
export interface RetentionRule {
  readonly id: string;
  readonly name: string;
  readonly table: string;
  /** Conditions of the row API; null for all rows. */
  readonly filter: string | null;
  readonly dateColumn: string;
  readonly keepDays: number;
  readonly archiveDays: number | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly previewedAt: Date | null;
  readonly activatedBy: string | null;
  readonly activatedAt: Date | null;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
  readonly nextRunAt: Date | null;
}

export function draftRule(request: AddRetentionRuleRequest, createdBy: string, now: Date): RetentionRule {
  const { name, table, filter, dateColumn, keepDays, archiveDays } = request;
  return {
    ...{ id: newId(now), name: name.trim(), table, filter: filter ?? null, dateColumn, keepDays },
    ...{ archiveDays: archiveDays ?? null, createdBy, createdAt: now, previewedAt: null, nextRunAt: null },
    ...{ activatedBy: null, activatedAt: null, endedBy: null, endedAt: null },
  };
}

export function statusOf({ activatedAt, endedAt }: RetentionRule): 'draft' | 'active' | 'ended' {
  if (endedAt) return 'ended';
  return activatedAt ? 'active' : 'draft';
}

/**
 * A rule in force, to be carried out at once. A key or an agent is nobody: whoever made it could use it to be the second one.
 * @throws Fault `conflict` for a rule that is none of a draft or was not previewed lately, `forbidden` for whoever added it
 */
export function activateRule(rule: RetentionRule, { actor }: Pick<TenantContext, 'actor'>, now: Date): RetentionRule {
  if (statusOf(rule) !== 'draft') throw new Fault('conflict', { detail: `This rule is ${statusOf(rule)} already` });
  if (actor.kind !== 'user' || actor.id === rule.createdBy) {
    const detail = 'A rule is activated by somebody else than who added it, signed in as themselves';
    throw new Fault('forbidden', { detail });
  }
  if (!rule.previewedAt || now.getTime() - rule.previewedAt.getTime() > PREVIEW_MAX_AGE_MS) {
    throw new Fault('conflict', { detail: 'Preview the rule first: its last preview must be of the last seven days' });
  }
  return { ...rule, activatedBy: actor.id, activatedAt: now, nextRunAt: now };
}

/** @throws Fault `conflict` for one that was ended before */
export function endRule(rule: RetentionRule, endedBy: string, now: Date): RetentionRule {
  if (rule.endedAt) throw new Fault('conflict', { detail: 'This rule was ended already' });
  return { ...rule, endedBy, endedAt: now, nextRunAt: null };
}

export function ruleMessage(rule: RetentionRule): RuleMessage {
  return { ...rule, status: statusOf(rule) };
}

/** The change as the audit log records it; the filter can name people, so it stays out. */
export function ruleChange(action: 'insert' | 'update', rule: RetentionRule): RowChange {
  const { id, name, table, dateColumn, keepDays, archiveDays } = rule;
  const facts = { name, table, dateColumn, keepDays, archiveDays, status: statusOf(rule) };
  return { resource: 'retention_rule', id, action, new: facts };
}
