/** What a tenant is at the payment provider: with test keys one thing, with live ones another. */
export interface PaymentAccount {
  readonly tenantId: string;
  readonly testMode: boolean;
  /** Null until the provider has made it. */
  readonly customerId: string | null;
  /** Keys under which the customer was asked for. */
  readonly tries: number;
  readonly createdAt: Date;
}

/** Under what the provider makes the customer once. */
export function customerKey({ tenantId, tries }: PaymentAccount): string {
  return `tenantry-customer-${tenantId}-${tries}`;
}
