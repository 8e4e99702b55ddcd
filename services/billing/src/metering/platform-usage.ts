import { createHash } from 'node:crypto';

/** Meters whose keys begin so are the platform's: tenants read them, and neither make, record nor stop them. */
export const PLATFORM_PREFIX = 'platform.';

/** Calls that the gateways let in. */
export const API_CALLS = `${PLATFORM_PREFIX}apiCalls`;
/** Rows in all of a tenant's tables, each hour. */
export const ROWS = `${PLATFORM_PREFIX}rows`;
/** Bytes of all rows, each hour. */
export const STORAGE_BYTES = `${PLATFORM_PREFIX}storageBytes`;
/** Events of calls to models. */
const MODEL_CALLS = `${PLATFORM_PREFIX}modelCalls`;
/** Tokens that models read. */
export const INPUT_TOKENS = `${PLATFORM_PREFIX}inputTokens`;
/** Tokens that models wrote. */
export const OUTPUT_TOKENS = `${PLATFORM_PREFIX}outputTokens`;

/** What a meter of the platform counts, and how. */
interface PlatformMeter {
  readonly key: string;
  readonly aggregation: 'sum' | 'max';
  readonly eventType: string;
  readonly valueProperty: string | null;
  readonly groupBy: readonly string[];
  readonly unit: string;
}

const ofEvents = { valueProperty: null, groupBy: [] } as const;
const ofModels = { aggregation: 'sum', eventType: MODEL_CALLS, groupBy: ['agentId', 'model'], unit: 'tokens' } as const;

/** All of the platform's meters. A tenant gets one with its first event of the type. */
export const platformMeters: readonly PlatformMeter[] = [
  { key: API_CALLS, aggregation: 'sum', eventType: API_CALLS, unit: 'calls', ...ofEvents },
  { key: ROWS, aggregation: 'max', eventType: ROWS, unit: 'rows', ...ofEvents },
  { key: STORAGE_BYTES, aggregation: 'max', eventType: STORAGE_BYTES, unit: 'bytes', ...ofEvents },
  { key: INPUT_TOKENS, valueProperty: 'inputTokens', ...ofModels },
  { key: OUTPUT_TOKENS, valueProperty: 'outputTokens', ...ofModels },
];

export function isPlatforms(keyOrType: string): boolean {
  return keyOrType.startsWith(PLATFORM_PREFIX);
}

/** What the platform counted of a tenant, as the ledger takes it. */
export interface PlatformEvent {
  readonly tenantId: string;
  readonly type: string;
  /** Unique for the tenant and the type, for good: what comes again under it counts once. */
  readonly id: string;
  readonly occurredAt: Date;
  /** Decimal text; null when the properties have what is counted. */
  readonly value: string | null;
  readonly agentId: string | null;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly fingerprint: Buffer;
}

function platformEvent(
  type: string,
  facts: Pick<PlatformEvent, 'tenantId' | 'id' | 'occurredAt'> &
    Partial<Pick<PlatformEvent, 'value' | 'agentId' | 'properties'>>,
): PlatformEvent {
  const { tenantId, id, occurredAt, value = null, agentId = null, properties = {} } = facts;
  const said = [type, tenantId, id, occurredAt, ...(value === null ? [agentId, properties] : [Number(value)])];
  const fingerprint = createHash('sha256').update(JSON.stringify(said)).digest();
  return { type, tenantId, id, occurredAt, value, agentId, properties, fingerprint };
}

/** One event a tenant, named by the report: it counts once, however often the report comes. */
export function gatewayCallEvents(report: {
  readonly reportId: string;
  readonly countedAt: Date;
  readonly tenants: readonly { readonly tenantId: string; readonly calls: number }[];
}): PlatformEvent[] {
  const { reportId: id, countedAt: occurredAt } = report;
  return report.tenants.map(({ tenantId, calls }) =>
    platformEvent(API_CALLS, { tenantId, id, occurredAt, value: `${calls}` }),
  );
}

/** Two events a tenant, named by the hour: whoever reports first says how much there was in it. */
export function dataSizeEvents(report: {
  readonly countedAt: Date;
  readonly tenants: readonly { readonly tenantId: string; readonly rows: bigint; readonly bytes: bigint }[];
}): PlatformEvent[] {
  const { countedAt: occurredAt } = report;
  const id = occurredAt.toISOString().slice(0, 'yyyy-mm-ddThh'.length);
  return report.tenants.flatMap(({ tenantId, rows, bytes }) => [
    platformEvent(ROWS, { tenantId, id, occurredAt, value: `${rows}` }),
    platformEvent(STORAGE_BYTES, { tenantId, id, occurredAt, value: `${bytes}` }),
  ]);
}

/** The tokens of one call to a model, named by the call. */
export function modelCallEvent(
  call: {
    readonly completionId: string;
    readonly agentId?: string | null | undefined;
    readonly model: string;
    readonly inputTokens: number;
    readonly outputTokens: number;
  },
  tenantId: string,
  occurredAt: Date,
): PlatformEvent {
  const { completionId: id, agentId = null, model, inputTokens, outputTokens } = call;
  return platformEvent(MODEL_CALLS, {
    ...{ tenantId, id, occurredAt, agentId },
    properties: { model, inputTokens, outputTokens },
  });
}
