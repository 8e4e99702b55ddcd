/** Why an outbound request failed. */
export type OutboundReason =
  'address-refused' | 'timeout' | 'cancelled' | 'too-large' | 'too-many-redirects' | 'unreachable';

/** An outbound request that gave no usable answer. The message has no part of the URL but its host. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    readonly reason: OutboundReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
