/** This request was answered before: not a failure, the transport sends the same answer again. */
export class IdempotentReplay extends Error {
  override readonly name = 'IdempotentReplay';

  constructor(
    /** The answer as it went over the wire. */
    readonly answerText: string,
  ) {
    super('this request was answered before');
  }
}
