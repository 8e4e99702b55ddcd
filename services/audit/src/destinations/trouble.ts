import { Injectable } from '@nestjs/common';
import { Logger } from '@tenantry/service';
import { Alarm } from '../proofs/alarm.js';
import { LogAltered } from '../proofs/stored-tree.js';
import type { DueDestination } from './delivery.table.js';
import type { NotTaken } from './post-batch.js';

/** What goes wrong on our side is said in our logs, and to the tenant only that it is us. */
@Injectable()
export class Trouble {
  constructor(
    private readonly alarm: Alarm,
    private readonly log: Logger,
  ) {}

  explain({ tenantId, id }: DueDestination, error: unknown): NotTaken {
    if (error instanceof LogAltered) {
      this.alarm.raise(tenantId, error);
      return { problem: 'The stored log is not the one that was signed', gone: false };
    }
    this.log.error({ err: error, tenantId, destinationId: id }, 'A batch of an audit log could not be delivered');
    return { problem: 'Something went wrong on our side', gone: false };
  }
}
