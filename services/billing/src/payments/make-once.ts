import { ProviderFault } from './payment-provider.js';

/** How long the provider remembers a key, with an hour to spare. */
const KEY_LIFE_MS = 23 * 3_600_000;

/** Something to be made at the provider once. */
export interface Making<T> {
  /** When it was first asked for. */
  readonly since: Date;
  readonly now: Date;
  /** Asks for it, under a key that stays the same until `renew`. */
  readonly make: () => Promise<T>;
  /** Looks for it among what there is. */
  readonly find: () => Promise<T | undefined>;
  /** Takes another key for the next time, and keeps it. */
  readonly renew: () => Promise<void>;
}

/**
 * Makes a thing at the provider once, across crashes and lost answers: the same key again has the same effect. Where the provider has saved
 * a failure under the key, or has forgotten the key, it is looked for first and made under a fresh key after that.
 * @throws ProviderFault; calling it again goes on where it was
 */
export async function makeOnce<T>({ since, now, make, find, renew }: Making<T>): Promise<T> {
  const isForgotten = now.getTime() - since.getTime() > KEY_LIFE_MS;
  const made = isForgotten ? await find() : undefined;
  if (made !== undefined) return made;
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof ProviderFault) || error.outcome !== 'kept') throw error;
    const found = await find();
    if (found !== undefined) return found;
    await renew();
    throw error;
  }
}
