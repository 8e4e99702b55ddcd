import { Fault, isUuid } from '@tenantry/kernel';

const MIN_LENGTH = 3;
const MAX_LENGTH = 40;
const SHAPE = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * Names that must stay the platform's own: host names that browsers and mail programs look for, and words that a person
 * could take for the platform speaking.
 */
const RESERVED = new Set(
  `about abuse account accounts admin administrator agent agents analytics api apis app apps assets audit auth autoconfig
  autodiscover beta billing blog cdn chat cloud compliance config console contact dashboard data default demo dev developer
  developers dns docs download downloads email example files ftp gateway graphql health healthz help host hostmaster http
  https identity imap info internal invoice invoices jobs kubernetes legal live local localhost login logout mail mailer
  media metrics monitor mta-sts mx nats news noreply no-reply null oauth openapi operator ops org owner page pages payment
  payments platform pop pop3 postgres postmaster preview privacy prod production public readyz register rest root sales sandbox
  schema secure security self server service services settings setup shop signin signout signup site smtp sso stage
  staging static stats status storage store subscribe support system team telemetry tenant tenantry tenants terms test
  tests tls token tokens undefined upload uploads user users vault verify vpn web webhook webhooks webmail website wiki
  wpad www www1 www2`.split(/\s+/),
);

/** What keeps a text from being a slug, in words for the person who chose it; null when it may be one. */
export function slugProblem(text: string): string | null {
  if (text.length < MIN_LENGTH || text.length > MAX_LENGTH)
    return `A slug has ${MIN_LENGTH} to ${MAX_LENGTH} characters`;
  if (!SHAPE.test(text)) return 'A slug has lower-case letters, digits and single hyphens between them';
  if (/^[0-9]+$/.test(text)) return 'A slug has at least one letter';
  if (isUuid(text)) return 'A slug does not look like an id';
  return null;
}

/**
 * Accepts a text as a tenant's slug: a DNS label that can't be taken for an id or for the platform itself.
 * @throws Fault `invalid-input` or `slug-reserved`, naming the field
 */
export function checkSlug(text: string, field = 'slug'): string {
  const detail = slugProblem(text);
  if (detail) throw new Fault('invalid-input', { field, detail });
  if (RESERVED.has(text)) throw new Fault('slug-reserved', { field, detail: `"${text}" is reserved for the platform` });
  return text;
}
