/**
 * The way from a leaf up to the root of a tree, one sibling at a time: what verifying inclusion and consistency have in
 * common (RFC 9162, sections 2.1.3.2 and 2.1.4.2, where `node` is called fn and `last` sn).
 */
export class Climb {
  constructor(
    private node: number,
    private last: number,
  ) {}

  get isAtRoot(): boolean {
    return this.last === 0;
  }

  /** Leaves out the levels on which the way comes from the right: the nodes below are complete. */
  skipRightTurns(): void {
    while (this.node % 2 === 1) this.rise();
  }

  /** Goes up past the next sibling of the way, and says on which side that is. */
  passSibling(): 'left' | 'right' {
    const side = this.node % 2 === 1 || this.node === this.last ? 'left' : 'right';
    // The last node of a level without a right sibling is the node above, too.
    if (side === 'left') while (this.node % 2 === 0 && this.node !== 0) this.rise();
    this.rise();
    return side;
  }

  private rise(): void {
    this.node = Math.floor(this.node / 2);
    this.last = Math.floor(this.last / 2);
  }
}
