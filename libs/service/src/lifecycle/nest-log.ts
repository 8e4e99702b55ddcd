import type { LoggerService } from '@nestjs/common';
import type { Logger } from '../logger.js';

/** Nest's own messages: only what went wrong; that it has made its objects is no news. */
export function nestLog(log: Logger): LoggerService {
  return {
    log: () => undefined,
    warn: (message: unknown, ...facts: unknown[]) => log.warn({ facts }, String(message)),
    error: (message: unknown, ...facts: unknown[]) => log.error({ facts }, String(message)),
  };
}
