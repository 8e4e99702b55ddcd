import type { Mail } from '../mail/mailer.js';

/** How long somebody may take to follow their link. */
export const LINK_LIFETIME_MS = 7 * 86_400_000;

/** What the mail with a one-time link says. `acceptUrl` is a page of the product; a page gets the token behind `#`, where no log sees it. */
export function linkMail(to: string, place: string, token: string, acceptUrl: string | undefined): Mail {
  const how = acceptUrl
    ? `Choose your password here:\n\n  ${acceptUrl}#token=${token}`
    : `Choose a password of 12 characters or more by sending\n\n  POST /v1/auth/accept\n  {"token": "${token}", "password": "…"}`;
  return {
    to,
    subject: `You were added to ${place}`,
    text: `Hello,\n\nyou were added to ${place}. ${how}\n\nThis works once, within seven days. If you did not expect it, ignore this mail.\n`,
  };
}
