import type { OperationName } from './call.js';
import { operations, rolesWith } from './contract.js';

/** Whether a role may call an operation, as the contract says; the API decides again. */
export function may(role: string | undefined, name: OperationName): boolean {
  const { permission } = operations[name];
  return permission === null || (rolesWith[permission] as readonly string[]).includes(role ?? '');
}
