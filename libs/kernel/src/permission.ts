/**
 * Whether a list of grants covers a permission. A grant is a permission (`members.write`), all of a resource
 * (`members.*`) or everything (`*`).
 */
export function permits(grants: readonly string[], permission: string): boolean {
  const resource = permission.slice(0, permission.indexOf('.'));
  return grants.some((grant) => grant === permission || grant === '*' || grant === `${resource}.*`);
}

/** Whether every one of `wanted` lies within `held`, so that nobody hands on more than they have. */
export function coversAll(held: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((grant) => held.includes('*') || held.includes(grant) || (grant !== '*' && permits(held, grant)));
}

/** The grants that cover what both lists cover, and nothing else. */
export function intersectGrants(left: readonly string[], right: readonly string[]): string[] {
  const both = left.flatMap((one) =>
    right.flatMap((other) => (coversAll([one], [other]) ? [other] : coversAll([other], [one]) ? [one] : [])),
  );
  return [...new Set(both)];
}

/**
 * What an agent does as an agent, whoever it acts for: no member's role says anything about it, only the agent's own configuration
 * and token do.
 */
export const AGENT_PERMISSIONS: readonly string[] = ['agents.call', 'agents.complete', 'agents.exchange'];
