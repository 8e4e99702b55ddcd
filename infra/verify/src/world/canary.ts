import { randomBytes } from 'node:crypto';

const RANDOM_BYTES = 6;

/**
 * A text that is in every value of one tenant and in nothing else, and words made of it. A word is lower-case letters and
 * digits and begins with a letter, so that it passes for a name, an identifier, a slug and the first part of an address.
 */
export class Canary {
  readonly text = `cn${randomBytes(RANDOM_BYTES).toString('hex')}`;
  private used = 0;

  /** A new word that carries the canary. */
  word(): string {
    this.used += 1;
    return `${this.text}x${this.used.toString(36)}`;
  }

  /** A new word that names a table: in statements, and so in traces, but in nobody else's answers. */
  name(): string {
    this.used += 1;
    return `${this.text}n${this.used.toString(36)}`;
  }

  /** What is in every word that is a value, and in no name. */
  get valueTexts(): readonly string[] {
    return [`${this.text}x`, this.classifiedText, this.sealedText, this.healthText];
  }

  /** A new word for a column that is classified: it may leave its service only sealed, or as a commitment. */
  classified(): string {
    this.used += 1;
    return `${this.classifiedText}${this.used.toString(36)}`;
  }

  /** What is in every classified word, and in no other. */
  get classifiedText(): string {
    return `${this.text}p`;
  }

  /** A new word for a column whose values are encrypted: nowhere in clear but in the answers to their own tenant. */
  sealed(): string {
    this.used += 1;
    return `${this.sealedText}${this.used.toString(36)}`;
  }

  /** What is in every sealed word, and in no other. */
  get sealedText(): string {
    return `${this.text}q`;
  }

  /** A new word for a column of health information (`phi`): nowhere in clear but in the answers to their own tenant. */
  health(): string {
    this.used += 1;
    return `${this.healthText}${this.used.toString(36)}`;
  }

  /** What is in every word of health information, and in no other. */
  get healthText(): string {
    return `${this.text}h`;
  }

  /** A new e-mail address that carries the canary. */
  email(): string {
    return `${this.word()}@verify.example`;
  }
}

/** A password that is hard to guess. */
export function randomPassword(): string {
  return randomBytes(18).toString('base64url');
}
