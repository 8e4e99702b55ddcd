/** What a tenant is at the payment provider: with test keys one thing, with live ones another. */
export interface PaymentAccount {
  readonly tenantId: string;
  readonly testMode: boolean;
  /** Null until the provider has made it. */
  readonly customerId: string | null;
  /** Keys under which the customer was asked for. */
  readonly tries: number;
  /** The tenant's own account, to which its customers pay. */
  readonly accountId: string | null;
  readonly accountTries: number;
  /** When the account was first asked for. */
  readonly accountSince: Date | null;
  readonly canTakePayments: boolean;
  readonly createdAt: Date;
}

/** Under what the provider makes the customer once. */
export function customerKey({ tenantId, tries }: PaymentAccount): string {
  return `tenantry-customer-${tenantId}-${tries}`;
}

/** Under what the provider makes the tenant's own account once. */
export function accountKey({ tenantId, accountTries }: PaymentAccount): string {
  return `tenantry-account-${tenantId}-${accountTries}`;
}
