import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { json } from '../client/client.js';
import { randomPassword } from '../world/canary.js';
import type { Bench } from './kinds.js';

const PATIENCE_MS = 10_000;
const ASK_EVERY_MS = 50;
const SOFT_LINE_BREAK = /=\r?\n/g;

/**
 * Invites a person and reads the token of their one-time link from the mail, where the instance without a mail server puts
 * it. Somebody without the mails has a made-up token.
 */
export async function invitationToken({ workshop, tenant, outbox }: Bench): Promise<string> {
  if (outbox === null) return randomPassword();
  const email = tenant.canary.email();
  await workshop.client.must(tenant.owner, json('POST', '/v1/members', { email, role: 'staff' }));
  return mailedSecret(outbox, email, /\btnl_[\w-]+/);
}

/** What a mail to an address holds, as soon as it is there. @throws Error when none comes in time */
export async function mailedSecret(outbox: string, email: string, secret: RegExp): Promise<string> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const mail = newestMails(outbox).find((text) => text.includes(`To: ${email}`));
    const found = mail && secret.exec(mail)?.[0];
    if (found) return found;
    if (performance.now() > deadlineMs) throw new Error(`No mail with a secret for ${email} came in time`);
    await pause(ASK_EVERY_MS);
  }
}

/** The last mails; their names are in the order of their making. */
function newestMails(folder: string): string[] {
  if (!existsSync(folder)) return []; // made with the first mail
  const names = readdirSync(folder).toSorted().slice(-20);
  return names.map((name) => readFileSync(join(folder, name), 'utf8').replace(SOFT_LINE_BREAK, ''));
}
