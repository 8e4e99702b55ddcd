import { Injectable } from '@nestjs/common';
import { ControlDatabase, type Job } from '@tenantry/database';
import type { TableDefinition } from '../tables/table-definition.js';
import { findProductVersion, latestProductVersion, type ProductVersion } from './product.table.js';

const MAX_KEPT = 16;

/** Definitions of the product tables by version. A version never changes, so it is looked up once. */
@Injectable()
export class ProductDefinitions {
  readonly #kept = new Map<bigint, readonly TableDefinition[]>();

  constructor(private readonly control: ControlDatabase) {}

  get job(): Job {
    return this.control.job('data_product');
  }

  async at(version: bigint): Promise<readonly TableDefinition[]> {
    if (version === 0n) {
      return [];
    }
    const kept = this.#kept.get(version);
    if (kept) {
      return kept;
    }
    const found = await findProductVersion(this.job, version);
    if (!found) {
      throw new Error(`product tables have no version ${version}`);
    }
    this.#keep(version, found.definitions);
    return found.definitions;
  }

  async latest(): Promise<ProductVersion | undefined> {
    return latestProductVersion(this.job);
  }

  #keep(version: bigint, definitions: readonly TableDefinition[]): void {
    this.#kept.set(version, definitions);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) {
      this.#kept.delete(oldest);
    }
  }
}
