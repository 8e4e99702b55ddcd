import { Fault } from '@tenantry/kernel';
import type { Exchange } from '../pipeline/exchange.js';

/** The input of an operation that takes a provider's events: the signature, and the body byte by byte as it came. */
export function readWebhook({ incoming, body }: Exchange): Uint8Array {
  const signature = incoming.headers['stripe-signature'];
  if (typeof signature !== 'string' || signature === '') throw new Fault('signature-refused');
  if (body.length === 0) throw new Fault('malformed-request', { detail: 'The body is empty' });
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.from(JSON.stringify({ signature, body: bytes.toString('base64') }));
}
