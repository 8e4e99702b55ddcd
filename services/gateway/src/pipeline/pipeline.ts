import type { Type } from '@nestjs/common';
import { Authenticate } from './authenticate.js';
import { CredentialStanding } from './credential-standing.js';
import type { Exchange, Step } from './exchange.js';
import { Forward } from './forward.js';
import { IpPolicy } from './ip-policy.js';
import { LimitByAddress } from './limit-by-address.js';
import { MeterCalls } from './meter-calls.js';
import { NoteKeyUse } from './note-key-use.js';
import { Origin } from './origin.js';
import { PasswordAge } from './password-age.js';
import { Permission } from './permission.js';
import { RateLimit } from './rate-limit.js';
import { Ready } from './ready.js';
import { ResolveTenant } from './resolve-tenant.js';
import { SignContext } from './sign-context.js';
import { TakeTurn } from './take-turn.js';
import { TenantStatus } from './tenant-status.js';
import { Validate } from './validate.js';

/** What must hold before a request's body is read, in this order. */
export const admission = [
  Ready,
  LimitByAddress,
  Authenticate,
  CredentialStanding,
  ResolveTenant,
  TenantStatus,
  IpPolicy,
  PasswordAge,
  Origin,
  RateLimit,
  Permission,
  NoteKeyUse,
  MeterCalls,
] as const satisfies Type<Step>[];

/** What then happens with it, in this order. */
export const call = [Validate, TakeTurn, SignContext, Forward] as const satisfies Type<Step>[];

/** What must go on holding while a stream is open. */
export const standing = [
  CredentialStanding,
  ResolveTenant,
  TenantStatus,
  IpPolicy,
  PasswordAge,
  Permission,
] as const satisfies Type<Step>[];

/** Steps that run one after the other; the first that throws ends it. */
export class Pipeline {
  constructor(private readonly steps: readonly Step[]) {}

  async run(exchange: Exchange): Promise<void> {
    for (const step of this.steps) {
      const pending = step.run(exchange);
      if (pending) await pending;
    }
  }
}

/** The steps of `admission`. */
export class Admission extends Pipeline {}
/** The steps of `call`. */
export class Call extends Pipeline {}
/** The steps of `standing`. */
export class Standing extends Pipeline {}
