import { Injectable } from '@nestjs/common';
import { planSubjectRows, type SubjectPlace } from '@tenantry/contracts';
import { type Sql, TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { platformPlaces } from '../data-map/platform-places.js';
import { findRequest } from '../requests/privacy-request.table.js';
import type { FoundPlace, Person, PersonKey, PlaceFacts } from './plan.js';

/** Where a person's data is. */
export interface Found {
  readonly places: readonly FoundPlace[];
  /** Of the tables, so that a change of them is noticed. */
  readonly shape: string;
}

/** Whom somebody asks for. */
export interface PersonWish {
  readonly subject: readonly PersonKey[];
  readonly requestId?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly userId?: string | null | undefined;
}

const TIMEOUT_MS = 20_000;
const NO_FACTS: PlaceFacts = { columns: [], via: [], reveal: [], action: null, reason: null };

/** Finds every place with data of a person: what the services find by themselves, and what somebody has to look up. */
@Injectable()
export class SubjectPlaces {
  constructor(
    private readonly rpc: RpcClient,
    private readonly tenants: TenantDatabase,
  ) {}

  /** Whom somebody asks for; the address is that of the privacy request unless another is given. @throws Fault `not-found` for an unknown request */
  async person(ctx: TenantContext, wish: PersonWish): Promise<Person> {
    const { subject: keys, requestId = null, email = null, userId = null } = wish;
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const request = requestId === null ? null : await findRequest(rows, requestId);
    return { keys, email: (email ?? request?.subjectEmail ?? null)?.toLowerCase() ?? null, userId };
  }

  /** @throws Fault of the data service, e.g. `invalid-input` naming the entry of the subject that is wrong */
  async find(ctx: TenantContext, person: Person): Promise<Found> {
    const { places, shape } = await this.rpc.call(planSubjectRows, { subject: [...person.keys] }, ctx, {
      timeoutMs: TIMEOUT_MS,
    });
    return { places: [...places.map(toPlace), ...tasks()], shape };
  }
}

const kinds: Readonly<Record<string, FoundPlace['kind']>> = { own: 'rows', mention: 'mention', unsearched: 'task' };

function toPlace({ table, kind, rows, columns, via, erase, reason }: SubjectPlace): FoundPlace {
  // A kind that this version does not know is looked at by somebody.
  const facts = { columns, via, reveal: [], action: erase, reason: reason ?? null };
  return { service: 'data', place: table, kind: kinds[kind] ?? 'task', rows, facts };
}

/** What Tenantry's own services may have of the person. */
function tasks(): FoundPlace[] {
  return platformPlaces.flatMap(({ service, task, tables }) =>
    task === null
      ? []
      : [
          {
            service,
            place: Object.keys(tables).join(', '),
            kind: 'task',
            rows: 0n,
            facts: { ...NO_FACTS, action: 'manual', reason: task },
          },
        ],
  );
}
