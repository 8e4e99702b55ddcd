import { Fault } from '@tenantry/kernel';
import type { AnswerFormat, ModelPiece } from '../models/model-port.js';
import { violations, type Violation } from '../schemas/conforms.js';
import { checkSchema, SchemaProblem } from '../schemas/json-schema.js';
import { blocked } from './guarded-chat.js';
import type { Decision, Guardrail } from './guardrail.js';

const MAX_TOLD = 3;

/**
 * Looks whether answers are what a request's `response_format` says, for the tenant's guardrails of the kind `schema`. What the model is
 * told to write is not always what it writes.
 */
export class Conformance {
  private readonly guardrails: readonly Guardrail[];

  /** @throws Fault `invalid-input` with the place of what is wrong with the schema */
  constructor(
    guardrails: readonly Guardrail[],
    private readonly format: AnswerFormat,
  ) {
    this.guardrails =
      format.kind === 'text' ? [] : guardrails.filter(({ kind, mode }) => kind === 'schema' && mode !== 'off');
    if (format.kind === 'schema' && this.guardrails.length > 0) assertCheckable(format.schema);
  }

  /** The decisions about a whole answer; calls of tools are no answer yet. */
  look(text: string | null): Decision[] {
    if (this.guardrails.length === 0 || text === null) return [];
    const found = this.problemsOf(text);
    if (found.length === 0) return [];
    const told = found.slice(0, MAX_TOLD).map(({ path, message }) => `${path === '' ? 'it' : path} ${message}`);
    const explanation = `It is not what response_format says: ${told.join('; ')}`.slice(0, 500);
    return this.guardrails.map(({ name, kind, mode }) => {
      const isEnforced = mode === 'enforce';
      return {
        guardrail: name,
        kind,
        stage: 'output',
        verdict: 'blocked',
        isEnforced,
        explanation,
        count: found.length,
      };
    });
  }

  /** @throws Fault `guardrail-blocked` when an answer is refused; decisions are added to the list */
  judge(text: string | null, decisions: Decision[]): void {
    const made = this.look(text);
    decisions.push(...made);
    const refusal = made.find(({ isEnforced }) => isEnforced);
    if (refusal) throw blocked(refusal);
  }

  /** The pieces of an answer, which is judged as soon as it has ended: what has gone on by then can't be taken back, but it is not finished. */
  pieces(pieces: AsyncIterable<ModelPiece>, decisions: Decision[]): AsyncIterable<ModelPiece> {
    return this.guardrails.length === 0 ? pieces : this.judged(pieces, decisions);
  }

  private async *judged(pieces: AsyncIterable<ModelPiece>, decisions: Decision[]): AsyncGenerator<ModelPiece> {
    let text: string | null = null;
    for await (const piece of pieces) {
      if (piece.kind === 'text') text = `${text ?? ''}${piece.text}`;
      yield piece;
    }
    this.judge(text, decisions);
  }

  private problemsOf(text: string): Violation[] {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return [{ path: '', message: 'is not JSON' }];
    }
    return this.format.kind === 'schema' ? violations(this.format.schema, value) : [];
  }
}

function assertCheckable(schema: unknown): void {
  const place = 'response_format.json_schema.schema';
  try {
    checkSchema(schema, place);
  } catch (error) {
    if (!(error instanceof SchemaProblem)) throw error;
    throw new Fault('invalid-input', {
      field: error.place.slice(0, 300),
      detail: `${error.place} ${error.message}`.slice(0, 500),
    });
  }
}
