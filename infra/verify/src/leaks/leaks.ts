import type { Witness } from '../client/client.js';
import type { Findings } from '../report/outcome.js';
import type { Tenant } from '../world/tenant.js';

interface Leak {
  readonly request: string;
  readonly of: string;
}

/** Reads everything that came out, and finds in it what is another tenant's. */
export class Leaks {
  private readonly marks = new Map<string, readonly string[]>();
  private readonly secrets = new Set<string>();
  private found: Leak[] = [];
  private looked = 0;

  /** From now on nobody else may be shown these tenants' values or ids. */
  protect(...tenants: readonly Tenant[]): void {
    for (const { id, canary, person, owner } of tenants) {
      this.marks.set(id, [canary.text, id]);
      this.secrets.add(canary.text).add(person.password).add(owner.token!);
    }
  }

  /** Looks at one answer. What the request itself said is no news to whoever made it. */
  readonly witness: Witness = ({ token, sees }, request, { text, headers }) => {
    if (token !== null) this.secrets.add(token);
    if (sees === 'everyone' || this.marks.size === 0) return;
    this.looked += 1;
    const said = JSON.stringify(request);
    const shown = text + JSON.stringify(headers);
    for (const [tenantId, marks] of this.marks) {
      const isLeak = !sees.includes(tenantId) && marks.some((mark) => shown.includes(mark) && !said.includes(mark));
      if (isLeak) this.found.push({ request: `${request.method} ${request.path}`, of: tenantId });
    }
  };

  /** What nobody may be told, not even a log: values, passwords, tokens. */
  get marksOfAll(): readonly string[] {
    return [...this.secrets];
  }

  /** Starts to count anew. */
  forget(): void {
    this.found = [];
    this.looked = 0;
  }

  /** One outcome for all answers, one more for each leak. */
  report(findings: Findings): void {
    const expected = "no other tenant's canary or id";
    const attack = `${this.looked} answers read`;
    const held = this.found.length === 0;
    const seen = held ? 'none' : `${this.found.length} leaks`;
    findings.record({ section: 'leaks', subject: 'answers', attack, held, expected, seen });
    for (const { request, of } of this.found) {
      findings.record({
        section: 'leaks',
        subject: request,
        attack: 'answer read',
        held: false,
        expected,
        seen: `of tenant ${of}`,
      });
    }
  }
}
