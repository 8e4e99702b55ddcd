import type { GuardrailSetting } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { Guardrail } from './guardrail.js';

const STRICTNESS: readonly Guardrail['mode'][] = ['off', 'shadow', 'enforce'];

/**
 * The tenant's guardrails as they hold for an agent whose configuration names some: in the stricter of both modes, so that whoever writes
 * agents can tighten what whoever writes guardrails has set, and loosen nothing.
 * @throws Fault `guardrail-blocked` when the tenant has no guardrail of a name any more: an agent that needs it must not go without
 */
export function forAgent(
  guardrails: readonly Guardrail[],
  settings: readonly GuardrailSetting[],
): readonly Guardrail[] {
  const missing = settings.find(({ name, mode }) => mode !== 'off' && !guardrails.some((one) => one.name === name));
  if (missing) {
    const detail = `This agent needs the guardrail "${missing.name}", which the tenant does not have any more`;
    throw new Fault('guardrail-blocked', { detail, extra: { guardrail: missing.name } });
  }
  return guardrails.map((guardrail) => {
    const wanted = settings.find(({ name }) => name === guardrail.name)?.mode as Guardrail['mode'] | undefined;
    return wanted && STRICTNESS.indexOf(wanted) > STRICTNESS.indexOf(guardrail.mode)
      ? { ...guardrail, mode: wanted }
      : guardrail;
  });
}

/** @throws Fault `invalid-input` naming a setting for which the tenant has no guardrail */
export function assertThere(settings: readonly GuardrailSetting[], guardrails: readonly Guardrail[]): void {
  const wrong = settings.findIndex(({ name, mode }) => mode !== 'off' && !guardrails.some((one) => one.name === name));
  if (wrong < 0) return;
  const detail = `The tenant has no guardrail named ${settings[wrong]!.name}; set it first`;
  throw new Fault('invalid-input', { field: `config.guardrails[${wrong}]`, detail });
}
