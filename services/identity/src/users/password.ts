import { Injectable } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';
import { Guessability } from './guessability.js';

export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 128;
const LEAST_SCORE = 3;

/** Refuses a length outside the rules; characters are Unicode code points. */
export function assertPasswordLength(password: string, field: string, minLength = MIN_PASSWORD_LENGTH): void {
  const { length } = [...password];
  if (length < minLength || length > MAX_PASSWORD_LENGTH) {
    throw new Fault('password-weak', {
      field,
      detail: `A password has ${minLength} to ${MAX_PASSWORD_LENGTH} characters`,
    });
  }
}

/** What a password must be: 12 to 128 characters, not the e-mail address, hard to guess, which those known from leaks are not (NIST SP 800-63B). */
@Injectable()
export class PasswordRules {
  constructor(private readonly guessability: Guessability) {}

  /** @throws Fault `password-weak` that names the input field and says what is wrong */
  async assertGood(password: string, email: string, field: string, minLength = MIN_PASSWORD_LENGTH): Promise<void> {
    assertPasswordLength(password, field, minLength);
    if (password.toLowerCase().includes(email)) {
      throw new Fault('password-weak', { field, detail: 'The password must not contain the e-mail address' });
    }
    if ((await this.guessability.score(password, knownWords(email))) < LEAST_SCORE) {
      throw new Fault('password-weak', {
        field,
        detail: 'This password is too easy to guess; use several uncommon words or a password manager',
      });
    }
  }
}

/** The address and its parts: a password made of them is guessed first. */
function knownWords(email: string): string[] {
  return [email, ...email.split(/[^\p{L}\p{N}]+/u), 'tenantry'].filter((word) => word.length > 2);
}
