import { Controller } from '@nestjs/common';
import { collectRequesterSubject, type CollectRequesterSubjectRequest, type PersonRows } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { personRows } from '@tenantry/service';
import { findRequestsOf } from '../requests/privacy-request.table.js';
import { RequestDesk } from '../requests/request-desk.js';
import { PLACES } from './requester.js';

/** Gives what somebody asked for before, with their own words in clear. */
@Controller()
export class CollectRequesterSubject {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: RequestDesk,
  ) {}

  @Handles(collectRequesterSubject)
  async handle({ email = null, place }: CollectRequesterSubjectRequest, ctx: TenantContext): Promise<PersonRows> {
    if (place !== PLACES.requests) {
      throw new Fault('invalid-input', { field: 'place', detail: `A copy shows nothing of ${place}` });
    }
    const rows = {
      query: <T extends object>(statement: Parameters<TenantDatabase['query']>[1]) =>
        this.tenants.query<T>(ctx, statement),
    };
    const found = email === null ? [] : await findRequestsOf(rows, email);
    const opened = await Promise.all(found.map((request) => this.desk.print(request, ctx)));
    return personRows([
      opened.map(({ id, type, receivedAt, legalStatus, dueOn, closedAt, subjectName, subjectEmail, details }) => ({
        ...{ id, type, receivedAt, legalStatus, dueOn, closedAt, subjectName, subjectEmail, details },
      })),
    ]);
  }
}
