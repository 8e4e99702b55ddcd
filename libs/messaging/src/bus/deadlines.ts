/** A deadline that can be called off. */
export interface Deadline {
  readonly onDue: () => void;
  readonly slot: number;
}

const SLOT_MS = 10;

/**
 * Many deadlines on one timer: setting and calling off cost a set operation instead of a timer each. A deadline comes
 * due up to 10 ms late, never early.
 */
export class Deadlines {
  private readonly slots = new Map<number, Set<Deadline>>();
  private timer: NodeJS.Timeout | null = null;
  private nextSlot = 0;

  /** `atMs` is in milliseconds since the epoch; a past one comes due on the next tick of the timer. */
  set(atMs: number, onDue: () => void): Deadline {
    const slot = Math.max(Math.ceil(atMs / SLOT_MS), this.nextSlot);
    const deadline: Deadline = { onDue, slot };
    const waiting = this.slots.get(slot);
    if (waiting) waiting.add(deadline);
    else this.slots.set(slot, new Set([deadline]));
    this.start();
    return deadline;
  }

  callOff(deadline: Deadline): void {
    const waiting = this.slots.get(deadline.slot);
    if (waiting?.delete(deadline) && waiting.size === 0) this.slots.delete(deadline.slot);
  }

  /** Forgets every deadline. */
  close(): void {
    this.slots.clear();
    this.stop();
  }

  private start(): void {
    if (this.timer) return;
    this.nextSlot = Math.floor(Date.now() / SLOT_MS);
    this.timer = setInterval(() => this.tick(), SLOT_MS);
    this.timer.unref();
  }

  private stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  private tick(): void {
    const current = Math.floor(Date.now() / SLOT_MS);
    if (current - this.nextSlot > this.slots.size) {
      for (const slot of this.slots.keys()) if (slot <= current) this.fire(slot);
    } else {
      for (let slot = this.nextSlot; slot <= current; slot += 1) this.fire(slot);
    }
    this.nextSlot = current + 1;
    if (this.slots.size === 0) this.stop();
  }

  private fire(slot: number): void {
    const due = this.slots.get(slot);
    if (!due) return;
    this.slots.delete(slot);
    for (const deadline of due) deadline.onDue();
  }
}
