import { z } from 'zod';
import { settings } from '../settings/settings.js';

/** How mail leaves; the same for every service. */
export class MailSettings extends settings({
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('Mail server, e.g. smtps://user:password@mail.example.com'),
  MAIL_FROM: z.string().default('Tenantry <no-reply@localhost>').describe('Sender of mails'),
  MAIL_OUTBOX_DIR: z
    .string()
    .default('.tenantry/outbox')
    .describe('Folder that mails are written to when there is no SMTP_URL'),
}) {}
