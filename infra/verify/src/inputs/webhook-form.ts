import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Operation } from '@tenantry/contracts';
import { nobody } from '../client/caller.js';
import type { Form } from './form.js';
import type { Bench } from './kinds.js';

/** An event of the payment provider's about nothing: signed where the instance's state directory holds what signs, else forged. */
export function webhookForm({ http }: Operation, { outbox }: Bench): Form {
  const secret = outbox === null ? 'whsec_forged' : secretIn(dirname(outbox));
  return {
    label: '',
    caller: nobody,
    ids: {},
    request: () => {
      const nowS = Math.floor(Date.now() / 1_000);
      const event = {
        id: `evt_${randomUUID()}`,
        object: 'event',
        type: 'verify.nothing',
        livemode: false,
        created: nowS,
      };
      const body = JSON.stringify({ ...event, data: { object: {} } });
      const v1 = createHmac('sha256', secret).update(`${nowS}.${body}`).digest('hex');
      return { method: http!.method, path: http!.path, headers: { 'stripe-signature': `t=${nowS},v1=${v1}` }, body };
    },
    proves: () => true,
  };
}

/** What signs the deliveries of the stand-in that `npm start` started. */
function secretIn(stateDir: string): string {
  return `whsec_${readFileSync(join(stateDir, 'secrets', 'stripe.webhook'), 'utf8')}`;
}
