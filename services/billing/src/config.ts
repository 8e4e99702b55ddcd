import { settings } from '@tenantry/service';
import { z } from 'zod';

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
  INVOICE_TEST_MODE: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true')
    .describe('Marks every printed invoice as not to be paid'),
}) {}
