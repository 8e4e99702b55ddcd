import { settings } from '@tenantry/service';
import { z } from 'zod';

/** What billing is told by its environment. */
export class BillingSettings extends settings({
  DEFAULT_PLAN: z.string().min(1).max(80).default('starter').describe('Name of the plan that a new tenant gets'),
}) {}
