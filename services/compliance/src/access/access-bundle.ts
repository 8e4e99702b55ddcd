import { Injectable } from '@nestjs/common';
import { type DataMapPlace, signStatement } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { placeOfTable } from '../data-map/data-map.js';
import { findRecords } from '../data-map/table-record.table.js';
import { PersonSeal } from '../places/person-seal.js';
import type { PlanPlace, SubjectPlan } from '../places/plan.js';
import { type BundleFile, type Manifest, type WrittenFile, zipOf } from './bundle.js';
import {
  fileName,
  findingPart,
  PAGE_END,
  pageHead,
  PART_END,
  partHead,
  partRow,
  RIGHTS,
  ROWS_SHOWN,
} from './bundle-page.js';
import { Pieces } from './piece.table.js';
import { csvLine, jsonOf, linesOf, reviewed, type CopiedRow } from './row-text.js';

/** What goes into one bundle. */
interface Contents {
  readonly ctx: TenantContext;
  readonly plan: SubjectPlan;
  readonly places: readonly PlanPlace[];
  readonly records: ReadonlyMap<string, DataMapPlace>;
  readonly findings: readonly { readonly place: string; readonly finding: string }[];
}

/** Makes the ZIP of a copy while it is fetched: a page for a person, files for a machine, what the law wants said, and a signed manifest. */
@Injectable()
export class AccessBundle {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly rpc: RpcClient,
    private readonly pieces: Pieces,
    private readonly seal: PersonSeal,
    private readonly clock: Clock,
  ) {}

  async open(
    ctx: TenantContext,
    plan: SubjectPlan,
    places: readonly PlanPlace[],
  ): Promise<AsyncGenerator<Uint8Array, void>> {
    const contents = {
      ctx,
      plan,
      places,
      records: await this.#records(ctx, places),
      findings: await this.#findings(ctx, plan, places),
    };
    const parts = places.filter(({ kind }) => kind === 'rows');
    const files: BundleFile[] = [
      { path: 'index.html', text: () => this.#page(contents, parts) },
      { path: 'article15.json', text: () => [article15(contents)] },
      ...parts.flatMap((place) => this.#files(contents, place)),
    ];
    return zipOf(files, (written) => this.#manifest(contents, written), plan.approvedAt ?? plan.createdAt);
  }

  #files(contents: Contents, place: PlanPlace): BundleFile[] {
    const path = `data/${fileName(place.place, place.position)}`;
    const names = place.facts.columns.map(({ name }) => name);
    const rows = (): AsyncGenerator<CopiedRow, void> => this.#rows(contents, place);
    return [
      { path: `${path}.json`, text: () => jsonFile(rows()) },
      { path: `${path}.csv`, text: () => csvFile(names, rows()) },
    ];
  }

  async *#rows({ ctx, plan }: Contents, place: PlanPlace): AsyncGenerator<CopiedRow, void> {
    const withhold = new Set(
      plan.withhold.filter(({ table }) => table === place.place).flatMap(({ columns }) => columns),
    );
    const { position, attempt } = place;
    for await (const line of linesOf(this.pieces.read(ctx, { planId: plan.id, position, attempt }))) {
      yield reviewed(line, withhold);
    }
  }

  async *#page(contents: Contents, parts: readonly PlanPlace[]): AsyncGenerator<string, void> {
    yield pageHead(contents.plan.createdAt, contents.places);
    for (const place of parts) {
      yield partHead(place, contents.records.get(place.place));
      let shown = 0;
      for await (const row of this.#rows(contents, place)) {
        yield partRow(place, row);
        if (++shown === ROWS_SHOWN) break;
      }
      yield PART_END;
    }
    for (const { place, finding } of contents.findings) yield findingPart(place, finding);
    yield PAGE_END;
  }

  async #manifest({ ctx, plan, places }: Contents, written: readonly WrittenFile[]): Promise<Manifest> {
    const said = places.map(({ service, place, kind, rows, collected, status, facts }) => ({
      ...{ service, place, kind, status, planned: rows.toString(), collected: collected?.toString() ?? null },
      reason: facts.reason,
    }));
    const body = JSON.stringify({
      ...{ version: 1, bundle: plan.id, tenantId: ctx.tenantId, requestId: plan.requestId, plan: plan.digest },
      ...{ plannedAt: plan.createdAt, releasedAt: plan.approvedAt, generatedAt: this.clock.now() },
      ...{ files: written, places: said },
    });
    const { note } = await this.rpc.call(signStatement, { kind: 'access-manifest', body }, ctx);
    return { json: body, note };
  }

  async #records(ctx: TenantContext, places: readonly PlanPlace[]): Promise<ReadonlyMap<string, DataMapPlace>> {
    const parts = places.filter(({ kind }) => kind === 'rows');
    const rows = {
      query: <T extends object>(statement: Parameters<TenantDatabase['query']>[1]) =>
        this.tenants.query<T>(ctx, statement),
    };
    const records = await findRecords(
      rows,
      parts.map(({ place }) => place),
    );
    const shown = parts.flatMap(({ place: table, facts }) => {
      const columns = facts.columns.map((column) => ({ ...column }));
      return placeOfTable({ table, kind: 'tenant', subjectColumn: '', columns, links: [] }, records.get(table)) ?? [];
    });
    return new Map(shown.map((place) => [place.place, place]));
  }

  async #findings(
    { tenantId }: TenantContext,
    plan: SubjectPlan,
    places: readonly PlanPlace[],
  ): Promise<Contents['findings']> {
    const found = places.filter((place) => place.finding !== null);
    return Promise.all(
      found.map(async ({ place, position, finding }) => ({
        place,
        finding: await this.seal.openFinding(tenantId, plan.id, position, finding!),
      })),
    );
  }
}

/** What GDPR Art. 15(1)(a)–(h) wants said beside the data. */
function article15({ places, records }: Contents): string {
  const parts = places
    .filter(({ kind }) => kind === 'rows')
    .map(({ place, facts }) => {
      const record = records.get(place);
      return {
        part: place,
        categories: [...new Set(facts.columns.map(({ classification }) => classification))],
        columns: facts.columns.map(({ name }) => name),
        purpose: record?.purpose,
        legalBasis: record?.legalBasis,
        recipients: record?.recipients ?? [],
        retention: record?.retention,
      };
    });
  return `${JSON.stringify({ parts, rights: RIGHTS, automatedDecisions: null, source: 'the controller’s own records' }, null, 2)}\n`;
}

async function* jsonFile(rows: AsyncIterable<CopiedRow>): AsyncGenerator<string, void> {
  let separator = '[\n';
  for await (const row of rows) {
    yield separator + jsonOf(row);
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

async function* csvFile(names: readonly string[], rows: AsyncIterable<CopiedRow>): AsyncGenerator<string, void> {
  yield csvLine([...names, '_withheld']);
  for await (const { row, redacted } of rows) {
    yield csvLine([...names.map((name) => row[name]), redacted.join(' ')]);
  }
}
