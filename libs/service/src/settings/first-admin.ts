import { z } from 'zod';
import type { FirstAdmin } from '../service.js';
import { readSecretFile } from './secret-file.js';
import { settings, type Environment } from './settings.js';

/** Who the platform's first administrator is. */
export class FirstAdminSettings extends settings({
  TENANTRY_ADMIN_EMAIL: z.email().optional().describe('E-mail address of the platform’s first administrator'),
  TENANTRY_ADMIN_PASSWORD: z
    .string()
    .optional()
    .describe('That administrator’s password; none: a one-time password is made and shown once'),
  TENANTRY_ADMIN_PASSWORD_FILE: z.string().optional().describe('File with that password'),
}) {}

/** The administrator to create, if the environment names one. */
export function firstAdmin(environment: Environment): FirstAdmin | null {
  const given = new FirstAdminSettings(environment);
  if (!given.TENANTRY_ADMIN_EMAIL) {
    return null;
  }
  const file = given.TENANTRY_ADMIN_PASSWORD_FILE;
  const fromFile = file ? readSecretFile('TENANTRY_ADMIN_PASSWORD_FILE', file).toString().trim() : null;
  return { email: given.TENANTRY_ADMIN_EMAIL, password: given.TENANTRY_ADMIN_PASSWORD ?? fromFile };
}
