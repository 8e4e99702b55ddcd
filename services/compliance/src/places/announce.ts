import { SubjectPlanChanged } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import type { SubjectPlan } from './plan.js';

/** Tells that a plan came to another stage. */
export function announce(
  tx: Transaction,
  before: SubjectPlan | null,
  { id, kind, status, requestId }: SubjectPlan,
): void {
  if (before?.status === status) return;
  const change = { resource: 'subject_plan', id, new: { kind, status, requestId } };
  tx.publish(new SubjectPlanChanged({ planId: id, kind, status, requestId }), {
    changes: [
      before ? { ...change, action: 'update', old: { status: before.status } } : { ...change, action: 'insert' },
    ],
  });
}
