import { Fault, type TenantContext } from '@tenantry/kernel';

/** The functions name the tenant, which comes from the credential all the same. @throws Fault `not-found` for any other */
export function assertOwnCompany(companyId: string | null | undefined, { tenantId }: TenantContext): void {
  if (companyId != null && companyId !== tenantId) throw new Fault('not-found');
}
