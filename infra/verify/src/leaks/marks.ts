import type { Tenant } from '../world/tenant.js';
import { Finder } from './finder.js';

/** What must not be where it does not belong. */
export class Marks {
  private readonly own = new Map<string, readonly string[]>();
  private readonly classified = new Finder();
  /** Passwords and tokens. */
  private readonly secret = new Finder();
  /** All values and secrets. */
  private readonly telling = new Finder();
  /** What is nowhere on a disk in clear: passwords, tokens, and what lies encrypted in the tables. */
  readonly neverInClear = new Finder();
  private readonly health = new Map<string, string>();

  /** From now on nobody else may be shown these tenants' values or ids. */
  protect(tenants: readonly Tenant[]): void {
    for (const { id, canary, person, owner } of tenants) {
      this.own.set(id, [canary.text, id]);
      for (const text of canary.valueTexts) this.telling.add(text);
      const encrypted = [canary.sealedText, canary.healthText];
      for (const text of encrypted) this.neverInClear.add(text);
      for (const text of [canary.classifiedText, ...encrypted]) this.classified.add(text);
      this.health.set(id, canary.healthText);
      this.addSecret(person.password).addSecret(owner.token!);
    }
  }

  /** A token or a password, which is nowhere in clear. */
  addSecret(secret: string): this {
    for (const finder of [this.secret, this.telling, this.neverInClear]) finder.add(secret);
    return this;
  }

  get tenantIds(): readonly string[] {
    return [...this.own.keys()];
  }

  /** Of a text that some tenants may read: the others whose values or ids are in it, besides those that were in `said` as well. */
  foreignIn(text: string, tenantIds: readonly string[], said = ''): string[] {
    const others = [...this.own].filter(([tenantId]) => !tenantIds.includes(tenantId));
    const isTold = (mark: string): boolean => text.includes(mark) && !said.includes(mark);
    return others.flatMap(([tenantId, marks]) => (marks.some(isTold) ? [tenantId] : []));
  }

  /** The tenants whose health information is in a text. */
  healthIn(text: string): string[] {
    return [...this.health].flatMap(([tenantId, mark]) => (text.includes(mark) ? [tenantId] : []));
  }

  /** Of a text that tells nobody values: whether it has one, or a secret. */
  isTelling(text: string | Buffer): boolean {
    return this.telling.isIn(typeof text === 'string' ? Buffer.from(text) : text);
  }

  /** What lies in tables as it is: whoever reads a store sees it. */
  get inClear(): readonly string[] {
    return [...this.own.values()].map(([canary]) => `${canary}x`);
  }

  /** Of what is stored or sent for one tenant: what is wrong with it, or null. */
  wrongFor(text: string, tenantId: string): string | null {
    const [foreign] = this.foreignIn(text, [tenantId]);
    if (foreign) return `something of tenant ${foreign}`;
    const bytes = Buffer.from(text);
    if (this.classified.isIn(bytes)) return 'a classified value in clear';
    return this.secret.isIn(bytes) ? 'a password or token' : null;
  }
}
