import type { Operation } from '@tenantry/contracts';
import { Fault, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { Deadlines, type Deadline } from '../bus/deadlines.js';
import { assertStanding, type Standing, type StandingChange } from '../context/standing.js';

/** One call while its handler runs. Its signal costs nothing until somebody asks for it. */
export class LiveCall {
  private controller: AbortController | null = null;
  private deadline: Deadline | null = null;

  constructor(
    private readonly calls: LiveCalls,
    readonly ctx: TenantContext,
    readonly operation: Operation,
  ) {}

  /** Aborted, with a Fault as its reason, when the deadline passes, the caller goes away or the context loses its standing. */
  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      this.deadline = this.calls.watch(this);
    }
    return this.controller.signal;
  }

  /** The fault for which the call was cut, if it was. */
  get fault(): Fault | null {
    return this.controller?.signal.aborted ? (this.controller.signal.reason as Fault) : null;
  }

  cut(fault: Fault): void {
    void this.signal;
    this.controller?.abort(fault);
  }

  /** The handler has ended, and the stream of its answer too. */
  end(): void {
    if (this.deadline) this.calls.unwatch(this, this.deadline);
    this.deadline = null;
  }
}

/**
 * The calls whose handlers watch their signal. When a tenant is suspended or a credential revoked, every call that may not
 * go on is cut within the second, streams included.
 */
export class LiveCalls {
  private readonly watched = new Set<LiveCall>();
  private readonly deadlines = new Deadlines();
  private readonly stopListening: () => void;

  constructor(private readonly standing: Standing) {
    this.stopListening = standing.onChange?.((change) => this.recheck(change)) ?? (() => undefined);
  }

  get size(): number {
    return this.watched.size;
  }

  enter(ctx: TenantContext, operation: Operation): LiveCall {
    return new LiveCall(this, ctx, operation);
  }

  watch(call: LiveCall): Deadline {
    this.watched.add(call);
    return this.deadlines.set(call.ctx.request.deadlineAtMs, () => call.cut(new Fault('deadline-exceeded')));
  }

  unwatch(call: LiveCall, deadline: Deadline): void {
    this.watched.delete(call);
    this.deadlines.callOff(deadline);
  }

  /** Cuts every call, for a shutdown that can't wait any longer. */
  close(): void {
    this.stopListening();
    for (const call of this.watched)
      call.cut(new Fault('unavailable', { retryAfterS: 1, cause: 'the service is stopping' }));
    this.deadlines.close();
  }

  private recheck(change: StandingChange): void {
    for (const call of this.watched) {
      if (concerns(change, call.ctx)) this.cutUnlessStanding(call);
    }
  }

  private cutUnlessStanding(call: LiveCall): void {
    try {
      assertStanding(this.standing, call.ctx, call.operation);
    } catch (fault) {
      call.cut(fault as Fault);
    }
  }
}

function concerns(change: StandingChange, { tenantId, credentialId, grantId, agentId }: TenantContext): boolean {
  if ('tenantId' in change) return change.tenantId === tenantId;
  if ('credentialId' in change) return [credentialId, grantId].includes(change.credentialId);
  return agentId !== null && [agentId, tenantId, PLATFORM_TENANT_ID].includes(change.stopped);
}
