import { Injectable } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';

/** So many wait for each that may run; what comes after them is told to come back. */
const WAITING_PER_RUNNING = 8;

/** What is waited for together. */
export interface Line {
  readonly name: string;
  /** So many have their turn at the same time. */
  readonly atOnce: number;
  /** How long somebody waits for theirs. */
  readonly patienceMs: number;
}

interface Place {
  running: number;
  readonly waiting: Set<() => void>;
}

/** Hands out turns to each caller apart, first come, first served: so many run at once, a few wait, the rest is refused. */
@Injectable()
export class Turns {
  private readonly places = new Map<string, Place>();

  /**
   * Waits for a turn and answers the function that ends it; calling that again does nothing.
   * @throws Fault `rate-limited` when too many wait already, or the turn does not come in time
   */
  take(who: string, line: Line): Promise<() => void> | (() => void) {
    const key = `${who} ${line.name}`;
    const place = this.places.get(key) ?? { running: 0, waiting: new Set() };
    this.places.set(key, place);
    if (place.running < line.atOnce) {
      place.running++;
      return this.begin(key, place);
    }
    if (place.waiting.size >= line.atOnce * WAITING_PER_RUNNING) throw tooManyAtOnce(line);
    return this.wait(key, place, line);
  }

  private wait(key: string, place: Place, line: Line): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(patience);
        resolve(this.begin(key, place));
      };
      const patience = setTimeout(() => {
        place.waiting.delete(begin);
        reject(tooManyAtOnce(line));
      }, line.patienceMs).unref();
      place.waiting.add(begin);
    });
  }

  /** The end of a turn hands it to whoever waits longest. */
  private begin(key: string, place: Place): () => void {
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const [next] = place.waiting;
      if (next) {
        place.waiting.delete(next);
        next();
        return;
      }
      place.running--;
      if (place.running === 0) this.places.delete(key);
    };
  }
}

function tooManyAtOnce({ name }: Line): Fault {
  return new Fault('rate-limited', {
    detail: `Too many ${name} at once: wait for some of them to end`,
    retryAfterS: 1,
  });
}
