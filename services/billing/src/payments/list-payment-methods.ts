import { Controller } from '@nestjs/common';
import {
  listPaymentMethods,
  type ListPaymentMethodsRequest,
  type ListPaymentMethodsResponse,
  type PaymentMethod,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { PaymentAccounts } from './payment-accounts.js';
import { PaymentProvider, type ProviderMethod } from './payment-provider.js';

/** Lists what the tenant can pay with, as the provider knows it now. */
@Controller()
export class ListPaymentMethods {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
  ) {}

  @Handles(listPaymentMethods)
  async handle(_request: ListPaymentMethodsRequest, ctx: TenantContext): Promise<ListPaymentMethodsResponse> {
    const customerId = await this.accounts.customerOf(ctx.tenantId);
    const [methods, chosen] = await Promise.all([
      this.provider.listMethods(customerId),
      this.provider.defaultMethod(customerId),
    ]);
    const defaultId = methods.find(({ id }) => id === chosen)?.id ?? methods[0]?.id;
    return { data: methods.map((method) => methodMessage(method, method.id === defaultId)) };
  }
}

/** A payment method as an answer. */
export function methodMessage({ customerId: _, ...method }: ProviderMethod, isDefault: boolean): PaymentMethod {
  return { ...method, isDefault };
}
