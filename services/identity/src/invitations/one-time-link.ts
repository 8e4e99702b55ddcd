import type { Mail } from '@tenantry/service';

/** How long somebody may take to follow their link. */
export const LINK_LIFETIME_MS = 7 * 86_400_000;

/**
 * What the mail with a one-time link says. `acceptUrl` is a page of the product, which gets the token behind `#`, where no
 * log sees it. Without a page the token has a line of its own, short enough that
 * no mail encoding breaks it.
 */
export function linkMail(to: string, place: string, token: string, acceptUrl: string | undefined): Mail {
  const how = acceptUrl
    ? `Choose your password here:\n\n${acceptUrl}#token=${token}`
    : `Choose a password of at least 12 characters: send it to POST /v1/auth/accept\nas {"token": ..., "password": ...} with this token:\n\n${token}`;
  return {
    to,
    subject: `You were added to ${place}`,
    text: `Hello,\n\nyou were added to ${place}. ${how}\n\nThis works once, within seven days. If you did not expect it, ignore this mail.\n`,
  };
}
