import { Injectable } from '@nestjs/common';
import { Clock } from '@tenantry/kernel';
import { Logger } from '@tenantry/service';
import { EarlierCopies } from '../access/earlier-copies.js';
import { JobContexts } from './job-context.js';
import { PersonSeal } from './person-seal.js';

/** What whoever goes on with a plan by itself needs: as whom, for whom, when, and where to say what went wrong. */
@Injectable()
export class PlanWork {
  constructor(
    readonly contexts: JobContexts,
    readonly seal: PersonSeal,
    readonly copies: EarlierCopies,
    readonly clock: Clock,
    readonly log: Logger,
  ) {}
}
