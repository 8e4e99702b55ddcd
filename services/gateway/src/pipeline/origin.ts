import { Injectable } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { originsOfKey, originsOfPolicy } from '../directories/origins.js';
import type { Exchange, Step } from './exchange.js';

/**
 * Holds a browser's request to the origins of its tenant and key: from elsewhere the answer is not readable, and a public
 * key that names origins does not work at all.
 */
@Injectable()
export class Origin implements Step {
  constructor(private readonly directories: Directories) {}

  run({ incoming, credential, party, answerHeaders }: Exchange): void {
    const { origin } = incoming.headers;
    const key = credential.kind === 'key' ? credential.entry : undefined;
    const isBound = key?.kind === 'public' && key.allowedOrigins.length > 0;
    if (origin === undefined && !isBound) return;
    const ofKey = origin !== undefined && originsOfKey(key).includes(origin);
    if (isBound && !ofKey) throw new Fault('origin-refused');
    const policy = this.directories.policies.get(party.tenantId);
    if (!ofKey && !originsOfPolicy(policy).includes(origin!)) delete answerHeaders['access-control-allow-origin'];
  }
}
