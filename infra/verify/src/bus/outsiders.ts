import { createUser } from '@nats-io/nkeys';
import { connectBus, silentLog } from '@tenantry/messaging';
import type { BusRun } from './attack-bus.js';

/** Nobody joins the bus without a login of it. */
export async function tryOutsiders({ instance, findings }: BusRun): Promise<void> {
  const strangers = { 'no login': undefined, "a stranger's key": new TextDecoder().decode(createUser().getSeed()) };
  for (const [subject, nkeySeed] of Object.entries(strangers)) {
    const joining = connectBus({ url: instance.natsUrl, service: 'gateway', nkeySeed, log: silentLog });
    const seen = await joining.then(
      async (bus) => {
        await bus.drain();
        return 'let in';
      },
      (error: Error) => error.message,
    );
    const held = seen !== 'let in';
    findings.record({ section: 'bus', subject, attack: 'joining', held, expected: 'refused', seen });
  }
}
