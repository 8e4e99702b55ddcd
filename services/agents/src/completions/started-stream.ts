import { ModelFault } from '../models/model-fault.js';
import type { ModelPiece } from '../models/model-port.js';
import type { Silence } from './silence.js';

/** The pieces of an answer that has begun. */
export interface StartedStream {
  /** Fails with a ModelFault, and with nothing else. */
  readonly pieces: AsyncIterable<ModelPiece>;
  /** Stops the provider; nobody wants the rest. */
  readonly stop: () => void;
}

/** Waits for the first piece. @throws ModelFault when there is none */
export async function startedStream(source: AsyncIterable<ModelPiece>, silence: Silence): Promise<StartedStream> {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) throw new ModelFault('cut');
  silence.heard();
  return { pieces: piecesFrom(first.value, iterator, silence), stop: () => silence.stop() };
}

async function* piecesFrom(
  first: ModelPiece,
  rest: AsyncIterator<ModelPiece>,
  silence: Silence,
): AsyncGenerator<ModelPiece> {
  try {
    yield first;
    for (;;) {
      silence.ask();
      const next = await rest.next();
      silence.heard();
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    throw silence.faultFor(error);
  } finally {
    silence.end();
  }
}
