import { Injectable } from '@nestjs/common';
import { Clock, type Fault, type TenantContext } from '@tenantry/kernel';
import { agreementMissing, Directories, mayPassHealthDataTo } from '@tenantry/messaging';
import type { ChatRequest } from '../completions/chat-request.js';
import { LOCAL_PROVIDER } from '../models/put-model-provider.js';
import type { PricedModel } from '../prices/price-book.js';
import type { Decision } from './guardrail.js';
import { healthDataIn } from './personal-data.js';

const GUARDRAIL = 'agreement';

/** Which models may be asked, and what of health information they get. */
export interface Admitted {
  readonly candidates: readonly PricedModel[];
  /** What was recognised; empty for a request without health information. */
  readonly kinds: readonly string[];
  /** Why none may be asked. */
  readonly refused: Decision | null;
}

/**
 * Lets health information go only to providers that an agreement in force covers (45 CFR § 164.502(e)): the tenant's own, or one of the
 * platform's subcontractors. It looks at every text of the request, after guardrails have taken out what they take out. What the
 * installation runs itself is nobody else, so nothing is passed on to it.
 */
@Injectable()
export class HealthDataGate {
  constructor(
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  admit({ tenantId }: TenantContext, chat: ChatRequest, candidates: readonly PricedModel[]): Admitted {
    const { kinds, count } = healthDataIn(textsOf(chat));
    if (kinds.length === 0) return { candidates, kinds, refused: null };
    const [entry, now] = [this.directories.agreements.get(tenantId), this.clock.now()];
    const covered = candidates.filter(
      ({ provider }) => provider === LOCAL_PROVIDER || mayPassHealthDataTo(entry, provider, now),
    );
    const refused = covered.length > 0 ? null : refusal(kinds, count, candidates);
    return { candidates: covered, kinds, refused };
  }
}

/** Every text that a provider would read. */
function textsOf({ messages, tools }: ChatRequest): string[] {
  const said = messages.flatMap(({ text, toolCalls }) => [text, ...toolCalls.map((call) => call.arguments)]);
  return [...said, ...tools.map((tool) => JSON.stringify(tool))];
}

function refusal(kinds: readonly string[], count: number, candidates: readonly PricedModel[]): Decision {
  const providers = [...new Set(candidates.map(({ provider }) => provider))].join(', ');
  const explanation = `It has ${kinds.join(', ')}, and no agreement in force covers ${providers}`;
  const facts = { guardrail: GUARDRAIL, kind: 'personal-data', stage: 'input', verdict: 'blocked' } as const;
  return { ...facts, isEnforced: true, explanation, count };
}

/** What a caller is told whose health information may not leave. */
export function notCovered({ explanation }: Decision): Fault {
  return agreementMissing(
    `${explanation}. Register one (POST /v1/agreements), or have it taken out by a guardrail`,
    'messages',
  );
}
