import { Injectable } from '@nestjs/common';
import { planSubjectRows, type SubjectPlace } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { platformPlaces } from '../data-map/platform-places.js';
import type { FoundPlace, PersonKey, PlaceFacts } from './plan.js';

/** Where a person's data is. */
export interface Found {
  readonly places: readonly FoundPlace[];
  /** Of the tables, so that a change of them is noticed. */
  readonly shape: string;
}

const TIMEOUT_MS = 20_000;
const NO_FACTS: PlaceFacts = { columns: [], via: [], reveal: [], action: null, reason: null };

/** Finds every place with data of a person: what the services find by themselves, and what somebody has to look up. */
@Injectable()
export class SubjectPlaces {
  constructor(private readonly rpc: RpcClient) {}

  /** @throws Fault of the data service, e.g. `invalid-input` naming the entry of the subject that is wrong */
  async find(ctx: TenantContext, person: readonly PersonKey[]): Promise<Found> {
    const { places, shape } = await this.rpc.call(planSubjectRows, { subject: [...person] }, ctx, {
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
