import { Injectable } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { Directories } from '@tenantry/messaging';
import { membershipsOf } from '../members/membership.table.js';
import { MIN_PASSWORD_LENGTH, PasswordRules } from './password.js';

/** What a password must be for where somebody belongs. */
export interface PasswordPolicy {
  readonly minLength: number;
  /** How many of the last passwords, the present one included, are not taken again. */
  readonly history: number;
}

/** What tenants ask of their members' passwords. A person has one password: the strictest of their tenants counts. */
@Injectable()
export class TenantPasswordRules {
  constructor(
    private readonly rules: PasswordRules,
    private readonly control: ControlDatabase,
    private readonly directories: Directories,
  ) {}

  /** @returns what else is to be checked @throws Fault `password-weak` that names the input field and says what is wrong */
  async assertGood(
    password: string,
    { personId, email }: { readonly personId: string; readonly email: string },
    field: string,
  ): Promise<PasswordPolicy> {
    const policy = await this.#of(personId);
    await this.rules.assertGood(password, email, field, policy.minLength);
    return policy;
  }

  async #of(personId: string): Promise<PasswordPolicy> {
    const memberships = await membershipsOf(this.control, personId);
    const policies = memberships.map(({ tenantId }) => this.directories.policies.get(tenantId));
    return {
      minLength: Math.max(MIN_PASSWORD_LENGTH, ...policies.map((policy) => policy?.passwordMinLength ?? 0)),
      history: Math.max(0, ...policies.map((policy) => policy?.passwordHistory ?? 0)),
    };
  }
}
