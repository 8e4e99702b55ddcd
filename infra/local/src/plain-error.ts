/** A failure that is explained in one line to whoever typed the command; no stack trace helps them. */
export class PlainError extends Error {
  override readonly name = 'PlainError';
}
