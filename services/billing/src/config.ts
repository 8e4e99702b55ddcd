import { settings } from '@tenantry/service';
import { z } from 'zod';

/** Only what stands in for the provider is elsewhere than the provider, and it is on this machine. */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d+\/?$/;

/** A secret or restricted key, of test or live mode. */
export const STRIPE_KEY = /^[rs]k_(test|live)_\w+$/;

/** What billing is told by its environment. */
export class BillingSettings extends settings({
  DEFAULT_PLAN: z.string().min(1).max(80).default('starter').describe('Name of the plan that a new tenant gets'),
  SELLER_NAME: z.string().max(200).default('Tenantry').describe('Who bills, as invoices say it'),
  SELLER_ADDRESS: z
    .string()
    .max(500)
    .default('')
    .transform((lines) => lines.replaceAll('\\n', '\n'))
    .describe('Postal address of who bills; \\n begins a new line'),
  SELLER_TAX_ID: z.string().max(40).default('').describe('Tax id of who bills'),
  DUNNING_DAYS: z
    .string()
    .regex(/^(off|\d{1,3}(,\d{1,3}){4})$/, 'five numbers such as 7,14,21,28,35, or off')
    .default('7,14,21,28,35')
    .transform((days) => (days === 'off' ? [] : days.split(',').map(Number)))
    .refine(
      (days) => days.every((day, index) => index === 0 || day > days[index - 1]!),
      'each more than the one before',
    )
    .describe('Days past due after which a tenant is reminded three times, restricted and suspended; off for never'),
  INVOICE_MONTHS: z
    .enum(['true', 'false'])
    .default('true')
    .transform((word) => word === 'true')
    .describe('Whether each tenant is billed for a calendar month by itself when it is over'),
  INVOICE_AFTER_HOURS: z.coerce
    .number()
    .int()
    .min(0)
    .max(720)
    .default(24)
    .describe('Hours after the end of a month until its invoice is drawn up: usage that comes later is not on it'),
  COLLECT_AFTER_MINUTES: z.coerce
    .number()
    .int()
    .min(0)
    .max(43_200)
    .default(60)
    .describe('Minutes after its opening until an invoice is collected by itself'),
  INVOICE_TEST_MODE: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true')
    .describe('Marks every new invoice as not to be paid'),
  STRIPE_API_KEY: z
    .string()
    .regex(STRIPE_KEY)
    .optional()
    .describe('Key of the Stripe account that collects invoices; none: nothing is collected'),
  STRIPE_API_KEY_FILE: z.string().optional().describe('File with the key, instead of STRIPE_API_KEY'),
  STRIPE_API_URL: z
    .string()
    .regex(LOOPBACK, 'must be http on the loopback interface')
    .optional()
    .describe('Where what stands in for Stripe is, e.g. http://127.0.0.1:12111; none: Stripe itself'),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .optional()
    .describe(
      'Signing secrets of the webhook endpoints (own and Connect, and an old one while it is changed), with commas',
    ),
  STRIPE_EVENT_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(400)
    .default(30)
    .describe('Days for which what Stripe sends is kept as it came; its ids are kept for good'),
  STRIPE_WEBHOOK_SECRET_FILE: z.string().optional().describe('File with the secrets, instead of STRIPE_WEBHOOK_SECRET'),
}) {}
