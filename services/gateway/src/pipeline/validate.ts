import { Injectable } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';
import type { Exchange, Step } from './exchange.js';

/** Turns path, query string and body into the operation's input, or says which field is wrong. */
@Injectable()
export class Validate implements Step {
  run(exchange: Exchange): void {
    const { 'content-encoding': encoding = 'identity' } = exchange.incoming.headers;
    if (encoding !== 'identity') throw new Fault('unsupported-media-type', { detail: 'A body must not be compressed' });
    exchange.payload = exchange.endpoint.read(exchange);
  }
}
