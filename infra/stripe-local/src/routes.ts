import type { Route } from './call.js';
import { accountRoutes } from './objects/accounts.js';
import { chargeRoutes } from './objects/charges.js';
import { customerRoutes } from './objects/customers.js';
import { eventRoutes } from './objects/events.js';
import { paymentIntentRoutes } from './objects/payment-intents.js';
import { paymentMethodRoutes } from './objects/payment-methods.js';
import { redactionJobRoutes } from './objects/redaction-jobs.js';
import { refundRoutes } from './objects/refunds.js';
import { sessionRoutes } from './objects/sessions.js';
import { setupIntentRoutes } from './objects/setup-intents.js';

/** Everything it answers. Whatever else is asked is the API's own 404. */
export const routes: readonly Route[] = [
  ...accountRoutes,
  ...chargeRoutes,
  ...customerRoutes,
  ...eventRoutes,
  ...paymentIntentRoutes,
  ...paymentMethodRoutes,
  ...redactionJobRoutes,
  ...refundRoutes,
  ...sessionRoutes,
  ...setupIntentRoutes,
];
