import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { PersonSeal } from '../places/person-seal.js';
import type { Person } from '../places/plan.js';
import type { Rows } from '../places/plan.table.js';
import { keptSince } from './access-plan.js';
import { eraseCopy, keptCopies } from './copy.table.js';

const NOBODY: Person = { keys: [], email: null, userId: null };

/** Copies that were made of a person's data before, and are kept. */
@Injectable()
export class EarlierCopies {
  constructor(
    private readonly seal: PersonSeal,
    private readonly clock: Clock,
  ) {}

  async count(rows: Rows, tenantId: string, person: Person): Promise<number> {
    return (await this.#of(rows, tenantId, person)).length;
  }

  /** Destroys what was collected, what people wrote down, the links, and whose they were; answers how many copies. */
  async destroy(tx: Transaction, person: Person): Promise<number> {
    const copies = await this.#of(tx, tx.tenantId, person);
    for (const id of copies) {
      await eraseCopy(tx, id, await this.seal.sealPerson(tx.tenantId, id, NOBODY), this.clock.now());
    }
    return copies.length;
  }

  async #of(rows: Rows, tenantId: string, person: Person): Promise<string[]> {
    const kept = await keptCopies(rows, keptSince(this.clock.now()));
    const people = await Promise.all(kept.map((plan) => this.seal.openPerson(tenantId, plan)));
    return kept.filter((_, index) => isSame(people[index]!, person)).map(({ id }) => id);
  }
}

/** Whether two ways of naming people have one of them in common. */
function isSame(one: Person, other: Person): boolean {
  const names = new Set(namesOf(one));
  return namesOf(other).some((name) => names.has(name));
}

function namesOf({ keys, email, userId }: Person): string[] {
  const known = [...(email === null ? [] : [['@email', email]]), ...(userId === null ? [] : [['@user', userId]])];
  return [...keys.map(({ table, value }) => [table, value]), ...known].map((name) => JSON.stringify(name));
}
