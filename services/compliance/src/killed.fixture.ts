import { TenantDatabase } from '@tenantry/database';
import { Mortal } from '@tenantry/testing';
import type { ComplianceFixture } from './compliance.fixture.js';

/** Does something with compliance as a process that can die at each of its commits, calls to other services and entries of the ledger. */
export async function dying(fixture: ComplianceFixture, work: (process: Mortal) => Promise<void>): Promise<void> {
  const process = mortalCompliance(fixture);
  try {
    await work(process);
  } finally {
    process.restore();
  }
}

function mortalCompliance({ t, peers, records }: ComplianceFixture): Mortal {
  return new Mortal([
    [t.bus.get(TenantDatabase), 'transaction'],
    [t.bus.get(TenantDatabase), 'write'],
    [peers, 'call'],
    [peers, 'download'],
    [records, 'append'],
  ]);
}

/** Every way to die at one of so many steps. */
export function deaths(steps: number): (readonly [step: number, dies: 'before' | 'after'])[] {
  const each = Array.from({ length: steps }, (_, index) => index + 1);
  return each.flatMap((step) => [[step, 'before'] as const, [step, 'after'] as const]);
}
