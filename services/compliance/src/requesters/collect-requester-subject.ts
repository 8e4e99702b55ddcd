import { Controller } from '@nestjs/common';
import { collectRequesterSubject, type CollectRequesterSubjectRequest, type PersonRows } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { personRows } from '@tenantry/service';
import { findAccesses } from '../access-reviews/access-subject.table.js';
import type { ConsentRecord } from '../consents/consent.js';
import { ConsentProofs } from '../consents/consent-proofs.js';
import { findConsents } from '../consents/consent.table.js';
import { findRequestsOf, type Rows } from '../requests/privacy-request.table.js';
import { RequestDesk } from '../requests/request-desk.js';
import { namesOf, PLACES } from './requester.js';

/** Gives what somebody asked for and agreed to before, with their own words in clear. */
@Controller()
export class CollectRequesterSubject {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: RequestDesk,
    private readonly proofs: ConsentProofs,
  ) {}

  @Handles(collectRequesterSubject)
  async handle(request: CollectRequesterSubjectRequest, ctx: TenantContext): Promise<PersonRows> {
    if (request.place === PLACES.requests) return personRows([await this.#requests(request.email ?? null, ctx)]);
    if (request.place === PLACES.consents) return personRows([await this.#consents(namesOf(request), ctx)]);
    if (request.place === PLACES.accesses) return personRows([await this.tenants.query(ctx, findAccesses(request))]);
    const detail = `A copy shows nothing of ${request.place}`;
    throw new Fault('invalid-input', { field: 'place', detail });
  }

  async #requests(email: string | null, ctx: TenantContext): Promise<object[]> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const found = email === null ? [] : await findRequestsOf(rows, email);
    const opened = await Promise.all(found.map((one) => this.desk.print(one, ctx)));
    return opened.map(({ id, type, receivedAt, legalStatus, dueOn, closedAt, subjectName, subjectEmail, details }) => ({
      ...{ id, type, receivedAt, legalStatus, dueOn, closedAt, subjectName, subjectEmail, details },
    }));
  }

  async #consents(names: readonly string[], ctx: TenantContext): Promise<object[]> {
    const found = await this.tenants.query<ConsentRecord>(ctx, findConsents(names));
    const opened = await Promise.all(found.map((one) => this.proofs.print(ctx.tenantId, one)));
    return opened.map(({ id, subject, purpose, action, version, source, proof, expiresAt, recordedAt }) => ({
      ...{ id, subject, purpose, action, version, source, proof, expiresAt, recordedAt },
    }));
  }
}
