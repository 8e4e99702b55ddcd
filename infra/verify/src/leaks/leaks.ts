import type { Witness } from '../client/client.js';
import type { Findings } from '../report/outcome.js';
import type { Tenant } from '../world/tenant.js';
import { Marks } from './marks.js';

interface Leak {
  readonly request: string;
  readonly of: string;
}

/** Reads every answer, and finds in it what is another tenant's. */
export class Leaks {
  readonly marks = new Marks();
  private found: Leak[] = [];
  private looked = 0;
  /** To whom their own health information was shown since the beginning: the proof that there is some to be found elsewhere. */
  private readonly ownHealth = new Set<string>();

  /** From now on nobody else may be shown these tenants' values or ids. */
  protect(...tenants: readonly Tenant[]): void {
    this.marks.protect(tenants);
  }

  /** Looks at one answer. What the request itself said is no news to whoever made it. */
  readonly witness: Witness = ({ token, sees }, request, { text, headers }) => {
    if (token !== null) this.marks.addSecret(token);
    if (sees === 'everyone' || this.marks.tenantIds.length === 0) return;
    this.looked += 1;
    const shown = text + JSON.stringify(headers);
    for (const id of this.marks.healthIn(text)) if (sees.includes(id)) this.ownHealth.add(id);
    for (const of of this.marks.foreignIn(shown, sees, JSON.stringify(request)))
      this.found.push({ request: `${request.method} ${request.path}`, of });
  };

  /** Starts to count anew. */
  forget(): void {
    this.found = [];
    this.looked = 0;
  }

  /** One outcome for all answers, one more for each leak; and as the control, whose health information its owners have read. */
  report(findings: Findings): void {
    const expected = "no other tenant's canary or id";
    const attack = `${this.looked} answers read`;
    const held = this.found.length === 0;
    const seen = held ? 'none' : `${this.found.length} leaks`;
    findings.record({ section: 'answers', subject: 'all', attack, held, expected, seen });
    const [readers, tenants] = [this.ownHealth.size, this.marks.tenantIds.length];
    const control = {
      subject: 'answers',
      attack: 'control: health information, read by its owners',
      expected: 'by all',
    };
    findings.record({
      section: 'controls',
      ...control,
      held: readers === tenants,
      seen: `by ${readers} of ${tenants}`,
    });
    for (const { request, of } of this.found) {
      findings.record({
        section: 'answers',
        subject: request,
        attack: 'answer read',
        held: false,
        expected,
        seen: `of tenant ${of}`,
      });
    }
  }
}
