import { SubjectPlanChanged } from '@tenantry/contracts';
import type { RowChange, Transaction } from '@tenantry/database';
import type { ExecutionStatus } from '../requests/privacy-request.js';
import { lockRequest, requestChange, saveRequest } from '../requests/privacy-request.table.js';
import type { SubjectPlan } from './plan.js';

/** What a plan's stage means to the request that it carries out; it is blocked while people have to act. */
const EXECUTION_AT: Readonly<Record<SubjectPlan['status'], ExecutionStatus>> = {
  ...{ planned: 'not_started', collecting: 'running', review: 'blocked', released: 'done', delivered: 'done' },
  ...{ approved: 'running', erasing: 'running', held: 'blocked', certifying: 'running', done: 'done' },
  erased: 'done',
};

/** Tells that a plan came to another stage, and notes it at the request, in the same commit. */
export async function announce(tx: Transaction, before: SubjectPlan | null, plan: SubjectPlan): Promise<void> {
  const { id, kind, status, requestId } = plan;
  if (before?.status === status) return;
  const change = { resource: 'subject_plan', id, new: { kind, status, requestId } };
  const changes: RowChange[] = [
    before ? { ...change, action: 'update', old: { status: before.status } } : { ...change, action: 'insert' },
  ];
  if (requestId !== null) changes.push(...(await noteAt(tx, requestId, EXECUTION_AT[status])));
  tx.publish(new SubjectPlanChanged({ planId: id, kind, status, requestId }), { changes });
}

async function noteAt(tx: Transaction, requestId: string, executionStatus: ExecutionStatus): Promise<RowChange[]> {
  const before = await lockRequest(tx, requestId);
  if (before.executionStatus === executionStatus) return [];
  const after = { ...before, executionStatus };
  await saveRequest(tx, after);
  return [requestChange(before, after)];
}
