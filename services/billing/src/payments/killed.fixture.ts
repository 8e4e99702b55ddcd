import { Mortal, type Tenants } from '@tenantry/testing';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { PaymentAccounts } from './payment-accounts.js';
import { PaymentProvider } from './payment-provider.js';

/** Billing as a process that can die at each of its commits and requests to the provider. */
export function mortalBilling({ bus }: Tenants): Mortal {
  const commits = [InvoiceBook, PaymentAccounts].map((owner) => [bus.get<object>(owner), 'transaction'] as const);
  const provider = bus.get<object>(PaymentProvider as never);
  const requests = ['defaultMethod', 'listMethods', 'createPayment', 'confirmPayment', 'getPayment'];
  return new Mortal([...commits, ...requests.map((request) => [provider, request] as const)]);
}
