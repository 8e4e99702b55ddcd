import { inspect, type Guardrail, type Inspected } from './guardrail.js';
import { HeldBack } from './held-back.js';

/** The most that is held back; what is longer without an end is judged as it is. */
const MAX_HELD_CHARS = 4_096;
const NOTHING: Inspected = { text: '', decisions: [], blockedBy: null };

/**
 * Guards an answer while it comes. Held back is only the end of it that may be the beginning of something that guardrails look for: a
 * run with digits or signs, what secrets begin with. Plain words go on at once, so the first token is as early as without.
 */
export class StreamGuard {
  private held = '';
  private length = 0;
  private readonly guardrails: readonly Guardrail[];
  private readonly lengths: readonly Guardrail[];
  private readonly back: HeldBack;
  private readonly told = new Set<string>();

  constructor(guardrails: readonly Guardrail[]) {
    const active = guardrails.filter(
      ({ kind, mode, stages }) => kind !== 'schema' && mode !== 'off' && stages.includes('output'),
    );
    this.guardrails = active.filter(({ kind }) => kind !== 'length');
    this.lengths = active.filter(({ kind }) => kind === 'length');
    this.back = new HeldBack(this.guardrails);
  }

  /** Takes the next piece; gives what may go on now. */
  push(text: string): Inspected {
    this.length += text.length;
    const { blockedBy, decisions } = this.measured();
    if (blockedBy) return { text: '', decisions, blockedBy };
    if (this.guardrails.length === 0) return { text, decisions, blockedBy: null };
    this.held += text;
    const released = this.release(this.held.length > MAX_HELD_CHARS ? this.held.length : this.back.from(this.held));
    return { ...released, decisions: [...decisions, ...released.decisions] };
  }

  /** The answer has ended: gives the rest. */
  end(): Inspected {
    return this.release(this.held.length);
  }

  private release(length: number): Inspected {
    if (length === 0) return NOTHING;
    const text = this.held.slice(0, length);
    this.held = this.held.slice(length);
    return inspect(this.guardrails, 'output', text);
  }

  /** A limit of the whole answer, which no piece of it shows; each is told once. */
  private measured(): Inspected {
    const over = this.lengths.filter(
      ({ name, maxChars }) => !this.told.has(name) && this.length > (maxChars ?? this.length),
    );
    for (const { name } of over) this.told.add(name);
    return over.length === 0 ? NOTHING : inspect(over, 'output', 'x'.repeat(this.length));
  }
}
