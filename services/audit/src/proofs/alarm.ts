import { Injectable } from '@nestjs/common';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Logger } from '@tenantry/service';
import { LogAltered } from './stored-tree.js';

/** What happens when a log turns out to be altered: operators hear of it, and no proof is given. */
@Injectable()
export class Alarm {
  constructor(private readonly log: Logger) {}

  /** Runs work on a log. @throws Fault `log-altered` when what it finds is not what was signed */
  async guard<T>({ tenantId }: TenantContext, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (err) {
      if (!(err instanceof LogAltered)) throw err;
      this.raise(tenantId, err);
      throw new Fault('log-altered', { cause: err });
    }
  }

  raise(tenantId: string, err: LogAltered): void {
    this.log.error({ err, alarm: 'audit-log-altered', tenantId }, 'An audit log is not what was signed of it');
  }
}
