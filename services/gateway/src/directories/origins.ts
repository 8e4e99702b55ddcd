import { Injectable } from '@nestjs/common';
import { Directories, type KeyEntry, type PolicyEntry } from '@tenantry/messaging';

/**
 * The browser origins that any tenant or key allows. A preflight carries no credential, so all it can be answered with is
 * whether somebody allows its origin; the request that follows is held to its own tenant's list.
 */
@Injectable()
export class Origins {
  private readonly uses = new Map<string, number>();

  constructor(directories: Directories) {
    const { policies, keys } = directories;
    policies.onChange((_, entry, previous) => this.replace(originsOfPolicy(previous), originsOfPolicy(entry)));
    keys.onChange((_, entry, previous) => this.replace(originsOfKey(previous), originsOfKey(entry)));
    void Promise.all([policies.ready, keys.ready]).then(() => {
      for (const [, entry] of policies.entries()) this.replace([], originsOfPolicy(entry));
      for (const [, entry] of keys.entries()) this.replace([], originsOfKey(entry));
    });
  }

  /** Whether any tenant or key allows the origin. */
  has(origin: string): boolean {
    return this.uses.has(origin);
  }

  private replace(before: readonly string[], after: readonly string[]): void {
    for (const origin of after) this.uses.set(origin, (this.uses.get(origin) ?? 0) + 1);
    for (const origin of before) {
      const left = (this.uses.get(origin) ?? 0) - 1;
      if (left > 0) this.uses.set(origin, left);
      else this.uses.delete(origin);
    }
  }
}

/** An origin as browsers send it: `https://app.example.com/` is `https://app.example.com`. */
function plain(text: string): string {
  return URL.canParse(text) ? new URL(text).origin : text;
}

/** The origins that a tenant allows, as browsers send them. */
export function originsOfPolicy(entry: PolicyEntry | undefined): readonly string[] {
  return entry?.corsOrigins.map(plain) ?? [];
}

/** The origins that a key allows, as browsers send them. */
export function originsOfKey(entry: KeyEntry | undefined): readonly string[] {
  return entry?.allowedOrigins.map(plain) ?? [];
}
