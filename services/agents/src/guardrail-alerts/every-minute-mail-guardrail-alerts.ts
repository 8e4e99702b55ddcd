import { Controller } from '@nestjs/common';
import { GuardrailAlertMailed } from '@tenantry/contracts';
import { ControlDatabase, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Directories, Every } from '@tenantry/messaging';
import { Logger, Mailer } from '@tenantry/service';
import { alertMail, nextMailAt, sumOf } from './guardrail-alert.js';
import { deleteCounts, lockCounts, lockDueAlert, saveNextMail, type DueAlert } from './guardrail-alert.table.js';

/** In one turn; what is left is due again in the next. */
const MAX_MAILS = 200;
const RETRY_MS = 300_000;

/**
 * Mails what guardrails decided, one alert a commit. A mail leaves before the commit that notes it, so one may be read twice rather than never. What the
 * mail server does not take is tried again five minutes later, and keeps no other from being sent.
 */
@Controller()
export class EveryMinuteMailGuardrailAlerts {
  constructor(
    private readonly control: ControlDatabase,
    private readonly directories: Directories,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  @Every({ name: 'agents.guardrail-alerts', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('agents_alerts');
    for (let mails = 0; mails < MAX_MAILS && !signal.aborted; mails += 1) {
      const hadOne = await job.transaction(async (tx) => {
        const due = await lockDueAlert(tx, this.clock.now());
        if (due) await this.mail(tx, due);
        return due !== undefined;
      });
      if (!hadOne) return;
    }
  }

  private async mail(tx: Transaction, due: DueAlert): Promise<void> {
    const { tenantId, name, email: to } = due;
    const now = this.clock.now();
    const counts = await lockCounts(tx, due);
    const tenant = this.directories.tenants.get(tenantId)?.name ?? tenantId;
    try {
      await this.mailer.send({ to, tenantId, ...alertMail(tenant, due, counts) });
    } catch (err) {
      this.log.warn({ err, tenantId, alert: name }, 'A guardrail alert could not be mailed; it is tried again');
      return saveNextMail(tx, due, new Date(now.getTime() + RETRY_MS));
    }
    await deleteCounts(tx, due, counts);
    await saveNextMail(tx, due, nextMailAt(due, now));
    tx.publish(new GuardrailAlertMailed({ name, ...sumOf(counts) }), { tenantId });
  }
}
