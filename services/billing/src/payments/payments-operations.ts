import { CheckPaymentDrifts } from './check-payment-drifts.js';
import { ChooseDefaultPaymentMethod } from './choose-default-payment-method.js';
import { CollectInvoice } from './collect-invoice.js';
import { ConnectPaymentAccount } from './connect-payment-account.js';
import { CreatePayment } from './create-payment.js';
import { GetPaymentAccount } from './get-payment-account.js';
import { ListPaymentMethods } from './list-payment-methods.js';
import { ListPayments } from './list-payments.js';
import { ListStripeEvents } from './list-stripe-events.js';
import { OpenBillingPortal } from './open-billing-portal.js';
import { ReceiveStripeEvent } from './receive-stripe-event.js';
import { RefundPayment } from './refund-payment.js';
import { RemovePaymentMethod } from './remove-payment-method.js';
import { ReplayStripeEvent } from './replay-stripe-event.js';
import { SetUpPaymentMethod } from './set-up-payment-method.js';

/** The operations on payments, their methods and accounts, and what Stripe sends. */
export const payments = [
  GetPaymentAccount,
  SetUpPaymentMethod,
  ListPaymentMethods,
  ChooseDefaultPaymentMethod,
  RemovePaymentMethod,
  OpenBillingPortal,
  CollectInvoice,
  ListPayments,
  ConnectPaymentAccount,
  CreatePayment,
  RefundPayment,
  CheckPaymentDrifts,
  ReceiveStripeEvent,
  ListStripeEvents,
  ReplayStripeEvent,
];
