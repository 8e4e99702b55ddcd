import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api';
import { Fault } from '@tenantry/kernel';
import { inSpan, parentOf, TENANT_ATTRIBUTE, traceparentOf } from './tracing.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;

interface Recorded {
  readonly name: string;
  readonly options: SpanOptions;
  readonly parentSpanId: string | undefined;
  readonly attributes: Attributes;
  status?: SpanStatusCode;
  ended: boolean;
}

describe('a trace across the bus', () => {
  const recorded: Recorded[] = [];

  function startSpan(name: string, options: SpanOptions = {}, parent: Context = ROOT_CONTEXT): Span {
    const above = trace.getSpanContext(parent);
    const one: Recorded = {
      name,
      options,
      parentSpanId: above?.spanId,
      attributes: { ...options.attributes },
      ended: false,
    };
    recorded.push(one);
    const spanId = recorded.length.toString(16).padStart(16, '0');
    return {
      spanContext: () => ({ traceId: above?.traceId ?? 'f'.repeat(32), spanId, traceFlags: 1 }),
      setAttribute: (key: string, value: string) => void (one.attributes[key] = value),
      setStatus: ({ code }: { code: SpanStatusCode }) => void (one.status = code),
      end: () => void (one.ended = true),
    } as unknown as Span;
  }

  beforeAll(() => trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as never }));
  afterAll(() => trace.disable());
  beforeEach(() => void (recorded.length = 0));

  const facts = { name: 'rpc.x', kind: SpanKind.SERVER, traceparent: PARENT, attributes: { [TENANT_ATTRIBUTE]: 'a' } };

  it('goes on where the message says', async () => {
    const next = await inSpan(facts, (span) => Promise.resolve(traceparentOf(span)));
    expect(next).toBe(`00-${TRACE}-0000000000000001-01`);
    await inSpan({ ...facts, kind: SpanKind.CLIENT, traceparent: next }, () => Promise.resolve());
    expect(recorded.map(({ parentSpanId }) => parentSpanId)).toEqual(['b7ad6b7169203331', '0000000000000001']);
    expect(recorded.every(({ ended, attributes }) => ended && attributes[TENANT_ATTRIBUTE] === 'a')).toBe(true);
  });

  it.each([null, '', 'x', PARENT.slice(1), `${PARENT}\r\nevil: 1`, PARENT.toUpperCase()])(
    'begins anew after %j',
    (traceparent) => {
      expect(trace.getSpanContext(parentOf(traceparent))).toBeUndefined();
    },
  );

  it('tells a refusal from a bug, and nothing of what was said', async () => {
    await inSpan(facts, () => Promise.reject(new Fault('not-found'))).catch(() => undefined);
    await inSpan(facts, () => Promise.reject(new TypeError('the password is hunter2'))).catch(() => undefined);
    expect(recorded.map(({ attributes, status }) => [attributes['error.type'], status])).toEqual([
      ['not-found', undefined],
      ['TypeError', SpanStatusCode.ERROR],
    ]);
    expect(JSON.stringify(recorded)).not.toContain('hunter2');
  });
});
