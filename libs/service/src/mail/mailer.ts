import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { newId } from '@tenantry/kernel';
import type { MailSettings } from './mail-settings.js';

/** A mail to one person. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Sends mail through the SMTP server of the settings; without one, writes it to a folder that only the owner of the
 * process can read, because it may hold a link that lets somebody in.
 */
export class Mailer {
  constructor(private readonly settings: MailSettings) {}

  /** Resolves when the server has taken the mail over. */
  async send(mail: Mail): Promise<void> {
    const { createTransport } = await import('nodemailer'); // most processes never send any
    const message = { ...mail, from: this.settings.MAIL_FROM };
    const { SMTP_URL } = this.settings;
    if (SMTP_URL) {
      const transport = createTransport({
        url: SMTP_URL,
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: TIMEOUT_MS,
      });
      await transport.sendMail(message);
      transport.close();
      return;
    }
    const printed = await createTransport({ streamTransport: true, buffer: true, newline: 'unix' }).sendMail(message);
    await this.keep(printed.message as Buffer);
  }

  private async keep(message: Buffer): Promise<void> {
    const folder = resolve(this.settings.MAIL_OUTBOX_DIR);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await writeFile(join(folder, `${newId()}.eml`), message, { mode: 0o600, flag: 'wx' });
  }
}
