import { Fault } from '@tenantry/kernel';

/** Why work was cut short: the fault that the aborter gave, or `cancelled`. */
export function abortFault(signal: AbortSignal): Fault {
  return signal.reason instanceof Fault ? signal.reason : new Fault('cancelled', { cause: signal.reason });
}

/** @throws Fault when the signal is aborted */
export function refuseAborted(signal: AbortSignal | null): void {
  if (signal?.aborted) {
    throw abortFault(signal);
  }
}
