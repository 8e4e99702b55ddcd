import { chmod, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { newId } from '@tenantry/kernel';
import type { MailSettings } from './mail-settings.js';

/** A mail to one person. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** For which tenant; only kept mails say it, so that they can be forgotten for it. */
  readonly tenantId?: string;
}

const TIMEOUT_MS = 10_000;
const TENANT_HEADER = 'Tenantry-Tenant';
const HEAD_BYTES = 4_096;
const TO = /^To: *<?([^\s<>]+)>?\s*$/im;
const TENANT = /^Tenantry-Tenant: *(\S+)\s*$/im;

/**
 * Sends mail through the SMTP server of the settings; without one, writes it to a folder that only the owner of the
 * process can read, because it may hold a link that lets somebody in.
 */
export class Mailer {
  constructor(private readonly settings: MailSettings) {}

  /** Resolves when the server has taken the mail over. */
  async send({ tenantId, ...mail }: Mail): Promise<void> {
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
    const headers = tenantId === undefined ? {} : { [TENANT_HEADER]: tenantId };
    const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
    const printed = await transport.sendMail({ ...message, headers });
    await this.keep(printed.message as Buffer);
  }

  /** A tenant's mails to an address that lie in the outbox, as files; none where a mail server took them. */
  async kept(tenantId: string, address: string): Promise<string[]> {
    if (this.settings.SMTP_URL) return [];
    const folder = resolve(this.settings.MAIL_OUTBOX_DIR);
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const found: string[] = [];
    for (const name of names.filter((one) => one.endsWith('.eml'))) {
      const file = join(folder, name);
      const { to, tenant } = await headOf(file);
      if (tenant === tenantId && to === address.toLowerCase()) found.push(file);
    }
    return found;
  }

  /** Removes a tenant's mails to an address from the outbox. @returns how many */
  async forget(tenantId: string, address: string): Promise<number> {
    const files = await this.kept(tenantId, address);
    await Promise.all(files.map((file) => rm(file, { force: true })));
    return files.length;
  }

  private async keep(message: Buffer): Promise<void> {
    const folder = resolve(this.settings.MAIL_OUTBOX_DIR);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await writeFile(join(folder, `${newId()}.eml`), message, { mode: 0o600, flag: 'wx' });
  }
}

/** For which tenant a kept mail is, and to whom, in lower case. */
async function headOf(path: string): Promise<{ readonly to?: string; readonly tenant?: string }> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const [head = ''] = buffer.toString('latin1', 0, bytesRead).split(/\r?\n\r?\n/, 1);
    return { to: TO.exec(head)?.[1]?.toLowerCase(), tenant: TENANT.exec(head)?.[1] };
  } finally {
    await file.close();
  }
}
