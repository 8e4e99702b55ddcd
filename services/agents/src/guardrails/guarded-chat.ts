import { Fault } from '@tenantry/kernel';
import type { ChatRequest } from '../completions/chat-request.js';
import type { ChatMessage, ModelAnswer, ToolCall } from '../models/model-port.js';
import { inspect, inspectTools, type Decision, type Guardrail, type Stage } from './guardrail.js';

/** What goes on, and what was decided. */
export interface Guarded<T> {
  readonly value: T;
  readonly decisions: readonly Decision[];
  readonly blockedBy: Decision | null;
}

/** Collects decisions until one of them blocks. */
class Looks {
  readonly decisions: Decision[] = [];
  blockedBy: Decision | null = null;

  constructor(private readonly guardrails: readonly Guardrail[]) {}

  text(stage: Stage, text: string): string {
    if (text === '' || this.blockedBy) return text;
    const { text: left, decisions, blockedBy } = inspect(this.guardrails, stage, text);
    this.decisions.push(...decisions);
    this.blockedBy = blockedBy;
    return left;
  }

  tools(stage: Stage, names: readonly string[]): void {
    const decisions = inspectTools(this.guardrails, stage, names);
    this.decisions.push(...decisions);
    this.blockedBy ??= decisions.find(({ isEnforced }) => isEnforced) ?? null;
  }

  calls(calls: readonly ToolCall[]): ToolCall[] {
    this.tools(
      'tool-arguments',
      calls.map(({ name }) => name),
    );
    return calls.map((call) => ({ ...call, arguments: this.text('tool-arguments', call.arguments) }));
  }
}

/** Shows a request to guardrails. What the tenant itself instructs, and what the model said before, is not looked at again. */
export function guardRequest(guardrails: readonly Guardrail[], chat: ChatRequest): Guarded<ChatRequest> {
  const looks = new Looks(guardrails);
  looks.tools(
    'input',
    chat.tools.map(({ name }) => name),
  );
  const messages = chat.messages.map((message) => {
    const stage = stageOf(message);
    return stage ? { ...message, text: looks.text(stage, message.text) } : message;
  });
  return { value: { ...chat, messages }, decisions: looks.decisions, blockedBy: looks.blockedBy };
}

/** Where a message is looked at; null for one that is not: what the tenant itself instructs, and what the model said before. */
export function stageOf({ role, isRetrieved }: ChatMessage): Stage | null {
  if (role === 'tool') return 'tool-result';
  if (role !== 'user') return null;
  return isRetrieved ? 'retrieved' : 'input';
}

/** Shows a whole answer to guardrails. */
export function guardAnswer(guardrails: readonly Guardrail[], answer: ModelAnswer): Guarded<ModelAnswer> {
  const looks = new Looks(guardrails);
  const text = answer.text === null ? null : looks.text('output', answer.text);
  const toolCalls = looks.calls(answer.toolCalls);
  return { value: { ...answer, text, toolCalls }, decisions: looks.decisions, blockedBy: looks.blockedBy };
}

/** What a caller is told whom a guardrail refuses: which one, where and why. */
export function blocked({ guardrail, stage, explanation }: Decision): Fault {
  return new Fault('guardrail-blocked', {
    detail: `The guardrail "${guardrail}" does not let this ${stage} through. ${explanation}`,
    extra: { guardrail, stage, explanation },
  });
}
