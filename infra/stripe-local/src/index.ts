export { signature, type DeliveryKnobs, type WebhookEndpoint } from './deliveries.js';
export type { FaultKind } from './faults.js';
export { LOCAL_API_KEY, StripeLocal, type StripeLocalOptions } from './server.js';
