import { Injectable } from '@nestjs/common';
import { type SealedPlace, Vault } from '@tenantry/database';
import type { Person, PersonKey } from './plan.js';

const SUBJECT = { table: 'compliance.subject_plan', column: 'subject' };
const FINDING = { table: 'compliance.plan_place', column: 'finding' };

/** Keeps what says who a person is, or what was found about them, sealed in plans. */
@Injectable()
export class PersonSeal {
  constructor(private readonly vault: Vault) {}

  sealPerson(tenantId: string, planId: string, { keys, email, userId }: Person): Promise<string> {
    const said = { keys: keys.map(({ table, value }) => ({ table, value })), email, userId };
    return this.vault.seal(tenantId, { ...SUBJECT, row: planId }, JSON.stringify(said));
  }

  async openPerson(tenantId: string, plan: { readonly id: string; readonly subject: string }): Promise<Person> {
    const sealed = await this.vault.open(tenantId, { ...SUBJECT, row: plan.id }, plan.subject);
    const said = JSON.parse(sealed) as Person | PersonKey[];
    // Plans of the version before named the person by tables alone.
    return Array.isArray(said) ? { keys: said, email: null, userId: null } : said;
  }

  sealFinding(tenantId: string, planId: string, position: number, finding: string): Promise<string> {
    return this.vault.seal(tenantId, findingOf(planId, position), finding);
  }

  openFinding(tenantId: string, planId: string, position: number, sealed: string): Promise<string> {
    return this.vault.open(tenantId, findingOf(planId, position), sealed);
  }
}

function findingOf(planId: string, position: number): SealedPlace {
  return { ...FINDING, row: `${planId}/${position}` };
}
